const compiled = new Map<string, RegExp>();

/** The expression of a `pattern` of our schemas, compiled once. */
export function patternOf(text: string): RegExp {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const made = new RegExp(text, 'u');
  compiled.set(text, made);
  return made;
}
