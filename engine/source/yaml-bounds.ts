/** Brackets open at once, in text that is no attack. */
const maxBrackets = 200;
/** Line ends, commas, colons and brackets of one YAML text; some 5000 lines. */
const maxMarks = 15_000;

/** Why a YAML text is not worth parsing, and where that shows; undefined when it is. */
export interface OutOfBounds {
  readonly rule: 'yaml/too-deep' | 'source/unreadable';
  readonly message: string;
  readonly at: number;
}

/**
 * Tells from its characters alone whether a text would cost the parser more than a spec ever does. Counts marks inside texts too,
 * so it may refuse what could be read; a spec that long is to be split in any case.
 */
export function outOfBounds(yaml: string): OutOfBounds | undefined {
  let depth = 0;
  let marks = 0;
  for (let at = 0; at < yaml.length; at += 1) {
    switch (yaml.charCodeAt(at)) {
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        marks += 1;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth = Math.max(0, depth - 1);
        break;
      case 0x0a: // line end
      case 0x2c: // comma
      case 0x3a: // colon
        marks += 1;
        break;
      default:
        continue;
    }
    if (depth > maxBrackets)
      return { rule: 'yaml/too-deep', message: 'the brackets are nested too deeply', at };
    if (marks > maxMarks) {
      const message = `the text has more than ${maxMarks} lines, keys and entries; split it into several files`;
      return { rule: 'source/unreadable', message, at };
    }
  }
  return undefined;
}
