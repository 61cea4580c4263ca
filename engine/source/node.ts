import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { pointer as pointerOf } from '../core/json-pointer.ts';
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

/** The node at the root of a spec; the same one whenever it is asked for. */
export function rootOf(source: Source): Node {
  const known = roots.get(source);
  if (known !== undefined) return known;
  const root = new SpecNode(source, undefined, '', source.value);
  roots.set(source, root);
  return root;
}

const roots = new WeakMap<Source, Node>();

/**
 * A class, since linking makes so many of them that a closure for each reader shows. Few are ever asked for their pointer, so it
 * is put together when they are.
 */
class SpecNode implements Node {
  readonly source: Source;
  readonly value: Json | undefined;
  readonly #around: SpecNode | undefined;
  readonly #key: string | number;
  #pointer: string | undefined;

  constructor(source: Source, around: SpecNode | undefined, key: string | number, value: Json | undefined) {
    this.source = source;
    this.#around = around;
    this.#key = key;
    this.value = value;
  }

  get pointer(): string {
    this.#pointer ??= this.#around === undefined ? '' : this.#around.pointer + pointerOf(this.#key);
    return this.#pointer;
  }

  get(key: string | number): Node {
    const { value } = this;
    const inner =
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string | number, Json>)[key]
        : undefined;
    return new SpecNode(this.source, this, key, inner);
  }

  text(): string | undefined {
    return typeof this.value === 'string' ? this.value : undefined;
  }

  number(): number | undefined {
    return typeof this.value === 'number' ? this.value : undefined;
  }

  flag(): boolean | undefined {
    return typeof this.value === 'boolean' ? this.value : undefined;
  }

  list(): readonly Node[] {
    const items: readonly Json[] = Array.isArray(this.value) ? this.value : [];
    return items.map((item, index) => new SpecNode(this.source, this, index, item));
  }

  entries(): readonly (readonly [string, Node])[] {
    if (!isObject(this.value)) return [];
    return Object.entries(this.value).map(
      ([key, inner]) => [key, new SpecNode(this.source, this, key, inner)] as const,
    );
  }

  object(): JsonObject | undefined {
    return isObject(this.value) ? this.value : undefined;
  }

  origin(): Origin {
    return { file: this.source.file, range: this.source.rangeOf(this.pointer), pointer: this.pointer };
  }
}
