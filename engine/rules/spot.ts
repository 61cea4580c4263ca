import type { Range } from '../core/range.ts';
import type { Node } from '../source/index.ts';

/** The place of a value as it is written, or of its key. */
export function spotOf(
  { source, pointer }: Node,
  part?: 'key' | 'value',
): { readonly file: string; readonly range: Range; readonly pointer: string } {
  return { file: source.file, range: source.rangeOf(pointer, part), pointer };
}
