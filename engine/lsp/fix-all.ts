import { TextEdit } from 'vscode-languageserver/node';
import type { Analysis } from '../compiler.ts';
import { applyFixes } from '../fix/index.ts';
import type { Source } from '../source/index.ts';
import type { TextPlaces } from './positions.ts';

/** The kind of the action that makes every safe fix of a file; editors may run it on saving. */
export const fixAllKind = 'source.fixAll.engine';

/** The change that every safe fix of a file together makes; undefined when there is none. */
export function fixAll({ diagnostics }: Analysis, source: Source, places: TextPlaces): TextEdit | undefined {
  const fixes = diagnostics.flatMap(({ file, fix }) =>
    file === source.file && fix?.safe === true ? [fix] : [],
  );
  const before = source.text;
  const { text: after } = applyFixes(before, fixes);
  if (after === before) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let tail = 0;
  while (tail < shorter - start && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const range = places.rangeOf(start, before.length - tail);
  return TextEdit.replace(range, after.slice(start, after.length - tail));
}
