import type { Range } from '../core/range.ts';

/** Characters of a line that are shown at most. */
const maxWidth = 120;

/**
 * The lines of a text around a range, with a gutter of line numbers, a `>` before the lines of the range and carets
 * below it. Tabs become two spaces, wide characters count double, and a very long line is cut around the range.
 */
export function codeFrame(text: string, range: Range, options: { readonly context?: number } = {}): string {
  const context = options.context ?? 2;
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  const first = Math.max(1, range.start.line - context);
  const lastMarked = lastLine(range);
  const last = Math.min(lines.length, range.start.line + context);
  const gutter = String(last).length;
  const rows: string[] = [];
  for (let number = first; number <= last; number += 1) {
    const line = (lines[number - 1] ?? '').replace(/\r$/, '');
    const marked = number >= range.start.line && number <= lastMarked;
    const from = number === range.start.line ? range.start.column - 1 : 0;
    const to = number === range.end.line ? range.end.column - 1 : line.length;
    const window = cut(line, number === range.start.line ? from : 0);
    rows.push(
      `${marked ? '>' : ' '} ${String(number).padStart(gutter)} | ${printable(window.text)}`.trimEnd(),
    );
    if (number === range.start.line) {
      const inside = (column: number): number =>
        Math.max(0, Math.min(column - window.start, window.text.length));
      const before = widthOf(window.text.slice(0, inside(from)));
      const marks = Math.max(
        1,
        widthOf(window.text.slice(inside(from), inside(Math.max(from, Math.min(to, line.length))))),
      );
      rows.push(`  ${' '.repeat(gutter)} | ${' '.repeat(before)}${'^'.repeat(marks)}`);
    }
  }
  return rows.join('\n');
}

/** A range that ends at the start of a line does not reach into it. */
function lastLine({ start, end }: Range): number {
  return end.column === 1 && end.line > start.line ? end.line - 1 : end.line;
}

function cut(line: string, at: number): { text: string; start: number } {
  if (line.length <= maxWidth) return { text: line, start: 0 };
  const start = at < maxWidth - 40 ? 0 : at - 40;
  const stop = Math.min(line.length, start + maxWidth);
  const head = start > 0 ? '…' : '';
  const tail = stop < line.length ? '…' : '';
  return { text: head + line.slice(start, stop) + tail, start: start - head.length };
}

function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters would move the cursor of a terminal
  return text.replaceAll('\t', '  ').replace(/[\u0000-\u001f\u007f-\u009f]/g, '\uFFFD');
}

function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += character === '\t' ? 2 : cells(character);
  return width;
}

/** Columns a character takes in a terminal: marks that combine none, East Asian wide characters and emoji two. */
function cells(character: string): number {
  if (/^(?:\p{Mn}|\p{Me}|\p{Cf})$/u.test(character)) return 0;
  return /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u.test(
    character,
  )
    ? 2
    : 1;
}
