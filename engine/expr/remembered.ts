/** Texts that are kept, in each of two generations. */
const most = 4000;
/** A longer text is not kept. */
const longest = 4000;

/**
 * The same function with its results for the texts of late kept, for functions whose results depend on the text alone and never
 * change. Bounded: what was not asked for lately is forgotten.
 */
export function remembered<T extends object>(make: (text: string) => T): (text: string) => T {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  return (text) => {
    if (text.length > longest) return make(text);
    const known = young.get(text);
    if (known !== undefined) return known;
    const result = old.get(text) ?? make(text);
    if (young.size >= most) [old, young] = [young, new Map()];
    young.set(text, result);
    return result;
  };
}
