import type { Position, Range as LspRange } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Range } from '../core/range.ts';

/** A range of ours as editors count: from 0, in UTF-16 code units. */
export function lspRange({ start, end }: Range): LspRange {
  return {
    start: { line: start.line - 1, character: start.column - 1 },
    end: { line: end.line - 1, character: end.column - 1 },
  };
}

/** The very beginning of a file, for what has no place in it. */
export const fileStart: LspRange = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** Turns offsets of a text into positions and back. A byte order mark takes an offset but no character. */
export interface TextPlaces {
  offsetAt(position: Position): number;
  rangeOf(start: number, end: number): LspRange;
}

/** The places of a text. */
export function placesOf(text: string): TextPlaces {
  const mark = text.startsWith('\uFEFF') ? 1 : 0;
  const document = TextDocument.create('', '', 0, text.slice(mark));
  return {
    offsetAt: (position) => document.offsetAt(position) + mark,
    rangeOf: (start, end) => ({
      start: document.positionAt(start - mark),
      end: document.positionAt(end - mark),
    }),
  };
}
