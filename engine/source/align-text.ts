/** How a text is written in its file: `body` is the part of a Markdown file below the front matter. */
export type TextStyle = 'plain' | 'double' | 'single' | 'block' | 'body';

/**
 * For every character of a text value the offset in the file it comes from, and one more for its end;
 * undefined when value and file cannot be matched.
 */
export function alignText(
  file: string,
  [start, end]: readonly [number, number],
  style: TextStyle,
  value: string,
): Uint32Array | undefined {
  const offsets = new Uint32Array(value.length + 1);
  let at =
    style === 'block' ? afterHeader(file, start) : start + (style === 'double' || style === 'single' ? 1 : 0);
  for (let index = 0; index < value.length; index += 1) {
    const wanted = value[index];
    const found = find(file, at, end, wanted ?? '', style);
    if (found === undefined) {
      // Line ends that chomping adds or keeps stand for the end of the text.
      if (value.slice(index).trim() !== '') return undefined;
      offsets.fill(Math.min(at, end), index);
      return offsets;
    }
    const [offset, length] = found;
    offsets[index] = offset;
    at = offset + length;
    if (style === 'double' && length > 2 && isAstralEscape(file, offset)) {
      index += 1;
      offsets[index] = offset;
    }
  }
  offsets[value.length] = Math.min(at, end);
  return offsets;
}

/** Offset and length of the next character of the value, white space that folding removes left out. */
function find(
  file: string,
  from: number,
  end: number,
  wanted: string,
  style: TextStyle,
): [number, number] | undefined {
  let at = from;
  while (at < end) {
    const present = file[at] ?? '';
    if (style === 'double' && present === '\\') {
      const length = escapeLength(file, at);
      if (length > 0) return [at, length];
      at += 1;
    } else if (present === wanted) return [at, style === 'single' && present === "'" ? 2 : 1];
    else if (wanted === ' ' && present === '\n') return [at, 1];
    else if (isSpace(present)) at += 1;
    else return undefined;
  }
  return undefined;
}

function isSpace(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r';
}

/** Length of an escape of double quotes; 0 for an escaped line end, which stands for nothing. */
function escapeLength(file: string, at: number): number {
  switch (file[at + 1]) {
    case 'x':
      return 4;
    case 'u':
      return 6;
    case 'U':
      return 10;
    case '\n':
    case '\r':
      return 0;
    default:
      return 2;
  }
}

function isAstralEscape(file: string, at: number): boolean {
  return file[at + 1] === 'U' && Number.parseInt(file.slice(at + 2, at + 10), 16) > 0xffff;
}

function afterHeader(file: string, start: number): number {
  const lineEnd = file.indexOf('\n', start);
  return lineEnd === -1 ? file.length : lineEnd + 1;
}
