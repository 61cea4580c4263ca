import type { Position, Range } from '../core/range.ts';

/** Turns offsets of one text into positions. */
export interface Lines {
  readonly positionAt: (offset: number) => Position;
  readonly rangeOf: (start: number, end: number) => Range;
}

/** Indexes the lines of a text. A byte order mark takes an offset but no column; lines end at line feeds. */
export function linesOf(text: string): Lines {
  const starts = [text.startsWith('\uFEFF') ? 1 : 0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const positionAt = (offset: number): Position => {
    const bounded = Math.max(starts[0] ?? 0, Math.min(offset, text.length));
    const line = lastAtOrBefore(starts, bounded);
    return { line: line + 1, column: bounded - (starts[line] ?? 0) + 1, offset: bounded };
  };
  return {
    positionAt,
    rangeOf: (start, end) => ({ start: positionAt(start), end: positionAt(Math.max(start, end)) }),
  };
}

function lastAtOrBefore(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
