import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { pointer as makePointer } from '../core/json-pointer.ts';
import type { Origin } from '../core/range.ts';
import type { Source } from './source.ts';

/**
 * A place in a spec: its value, and where it stands. Readers give undefined when the value has another type:
 * the shape check has already said so.
 */
export interface Node {
  readonly source: Source;
  readonly pointer: string;
  readonly value: Json | undefined;
  get(key: string | number): Node;
  text(): string | undefined;
  number(): number | undefined;
  flag(): boolean | undefined;
  list(): readonly Node[];
  entries(): readonly (readonly [string, Node])[];
  object(): JsonObject | undefined;
  origin(): Origin;
}

/** The node at the root of a spec. */
export function rootOf(source: Source): Node {
  return nodeAt(source, '', source.value);
}

function nodeAt(source: Source, pointer: string, value: Json | undefined): Node {
  return {
    source,
    pointer,
    value,
    get(key) {
      const inner = isObject(value) || Array.isArray(value) ? (value as Record<string | number, Json>) : {};
      return nodeAt(source, pointer + makePointer(key), Object.hasOwn(inner, key) ? inner[key] : undefined);
    },
    text: () => (typeof value === 'string' ? value : undefined),
    number: () => (typeof value === 'number' ? value : undefined),
    flag: () => (typeof value === 'boolean' ? value : undefined),
    list() {
      const items: readonly Json[] = Array.isArray(value) ? value : [];
      return items.map((item, index) => nodeAt(source, pointer + makePointer(index), item));
    },
    entries() {
      if (!isObject(value)) return [];
      return Object.entries(value).map(
        ([key, inner]) => [key, nodeAt(source, pointer + makePointer(key), inner)] as const,
      );
    },
    object: () => (isObject(value) ? value : undefined),
    origin: () => ({ file: source.file, range: source.rangeOf(pointer), pointer }),
  };
}
