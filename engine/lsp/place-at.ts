import { isObject } from '../core/json.ts';
import type { Range } from '../core/range.ts';
import { rootOf, type Node, type Source } from '../source/index.ts';

/** What of a spec stands at an offset of its file. */
export interface PlaceAt {
  readonly node: Node;
  /** Whether the offset is in the key of the value, or in the value itself. */
  readonly part: 'key' | 'value';
}

/** The innermost key or value around an offset; the whole spec when there is none. */
export function placeAt(source: Source, offset: number): PlaceAt {
  let node = rootOf(source);
  for (;;) {
    const inner = childrenOf(node);
    const key = inner.find(
      (child) => isObject(node.value) && holds(source.rangeOf(child.pointer, 'key'), offset),
    );
    if (key !== undefined && holdsKey(source, key, offset)) return { node: key, part: 'key' };
    const child = inner.find((one) => holds(source.rangeOf(one.pointer), offset));
    if (child === undefined) return { node, part: 'value' };
    node = child;
  }
}

/**
 * The offset inside a text value that belongs to an offset of the file: the first one that stands there or behind it.
 * Text that the file writes in another way, such as by escapes, counts as the value has it.
 */
export function offsetInText(node: Node, offset: number): number {
  const { source, pointer } = node;
  const text = node.text() ?? (pointer === '/body' ? source.body : undefined) ?? '';
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (source.rangeWithin(pointer, middle, middle + 1).start.offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The node at a JSON Pointer. */
export function nodeAt(source: Source, segments: readonly string[]): Node {
  return segments.reduce<Node>((node, segment) => node.get(segment), rootOf(source));
}

/** The values directly inside a value. */
export function childrenOf(node: Node): readonly Node[] {
  return isObject(node.value) ? node.entries().map(([, inner]) => inner) : node.list();
}

/** A place without a value of its own answers with its key, and one without a key with its value. */
function holdsKey(source: Source, { pointer }: Node, offset: number): boolean {
  const [key, value] = [source.rangeOf(pointer, 'key'), source.rangeOf(pointer)];
  return key.start.offset !== value.start.offset || value.end.offset >= offset;
}

function holds({ start, end }: Range, offset: number): boolean {
  return start.offset <= offset && offset <= end.offset;
}
