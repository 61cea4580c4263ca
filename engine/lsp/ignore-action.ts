import { TextEdit, type Range } from 'vscode-languageserver/node';
import { adjustmentOf } from '../rules/index.ts';
import type { Source } from '../source/index.ts';
import { placeAt } from './place-at.ts';
import type { TextPlaces } from './positions.ts';

/**
 * The comment that ignores a rule at a finding, to be completed with a reason; undefined for rules that cannot be ignored and for
 * files without comments.
 */
export function ignoreHere(
  source: Source,
  { start }: Range,
  rule: string,
  places: TextPlaces,
): TextEdit | undefined {
  if (!adjustmentOf(rule).adjustable || source.file.endsWith('.json')) return undefined;
  const { text } = source;
  const offset = places.offsetAt(start);
  const { node } = placeAt(source, offset);
  const isBody = source.body !== undefined && /^\/(?:instructions|body)$/.test(node.pointer);
  // Inside of a long text a comment would be a part of it, so it goes above the key.
  const spoken = isBody ? offset : Math.min(offset, source.rangeOf(node.pointer, 'key').start.offset);
  const lineStart = text.lastIndexOf('\n', spoken - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? '';
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const comment = isBody ? `<!-- engine-ignore ${rule}:  -->` : `# engine-ignore ${rule}: `;
  const { start: at } = places.rangeOf(lineStart, lineStart);
  return TextEdit.insert(at, `${indent}${comment}${lineEnd}`);
}
