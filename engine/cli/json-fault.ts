/** Where a text stops being JSON. */
export interface JsonFault {
  /** The character there in double quotes, or `end of text`. */
  readonly found: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
}

/**
 * The first character with which a text can no longer become JSON. `JSON.parse` often keeps this to itself, so it is found by
 * halving: every beginning of a good beginning is good.
 */
export function findJsonFault(text: string): JsonFault {
  let good = 0;
  let bad = text.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (canContinue(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  const before = text.slice(0, good);
  const character = String.fromCodePoint(text.codePointAt(good) ?? 0);
  return {
    found: good >= text.length ? 'end of text' : JSON.stringify(character),
    line: before.split('\n').length,
    column: good - before.lastIndexOf('\n'),
  };
}

/** Whether a text is JSON, or only lacks its end. */
function canContinue(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (thrown) {
    const message = (thrown as Error).message;
    if (/end of JSON input|Unterminated string/.test(message)) return true;
    const position = / at position (\d+)/.exec(message)?.[1];
    return position !== undefined && Number(position) >= text.length;
  }
}
