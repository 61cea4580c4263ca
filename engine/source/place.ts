import { segmentsOf } from '../core/json-pointer.ts';
import { alignText, type TextStyle } from './align-text.ts';

/** Start (inclusive) and end (exclusive) offset in a file. */
export type Span = readonly [start: number, end: number];

/** Where one value of a spec stands in its file, and where the values inside it stand. */
export interface Place {
  readonly value: Span;
  readonly key?: Span;
  /** Of a text value: how it is written, and the text it stands for. */
  readonly text?: { readonly style: TextStyle; readonly value: string };
  readonly children?: ReadonlyMap<string, Place>;
}

/**
 * The span of a value or its key. When there is no value at the pointer, the nearest one around it answers with its
 * key, or, lacking a key, with its first line.
 */
export function spanAt(root: Place, text: string, pointer: string, part: 'key' | 'value'): Span {
  const { place, found } = nearest(root, pointer);
  if (!found) return place.key ?? firstLine(text, place.value);
  if (part === 'key') return place.key ?? firstLine(text, place.value);
  return place.value[0] === place.value[1] && place.key !== undefined ? place.key : place.value;
}

/** The span of a stretch of a text value, offsets counted in the value; the whole value when it cannot be told. */
export function spanWithin(root: Place, text: string, pointer: string, start: number, end: number): Span {
  const { place, found } = nearest(root, pointer);
  if (!found || place.text === undefined) return spanAt(root, text, pointer, 'value');
  const { style, value } = place.text;
  const offsets = alignText(text, place.value, style, value);
  const first = offsets?.[Math.max(0, Math.min(start, value.length))];
  if (offsets === undefined || first === undefined) return place.value;
  const last = end > start ? offsets[Math.min(end, value.length) - 1] : undefined;
  const after = last === undefined ? first : Math.max(last + 1, first);
  return [first, after];
}

function nearest(root: Place, pointer: string): { place: Place; found: boolean } {
  let place = root;
  for (const segment of segmentsOf(pointer)) {
    const child = place.children?.get(segment);
    if (child === undefined) return { place, found: false };
    place = child;
  }
  return { place, found: true };
}

function firstLine(text: string, [start, end]: Span): Span {
  const lineEnd = text.indexOf('\n', start);
  const stop = lineEnd === -1 ? end : Math.min(end, lineEnd);
  return [start, start + text.slice(start, stop).trimEnd().length];
}
