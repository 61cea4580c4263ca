import type { Json } from '../core/json.ts';
import { segmentsOf } from '../core/json-pointer.ts';

/** One thing wrong with the shape of a value, by pointer; the place in the file is looked up later. */
export interface Fault {
  readonly rule: string;
  readonly message: string;
  readonly pointer: string;
  /** Which part of the place is meant; default the value. */
  readonly part?: 'key' | 'value';
  readonly suggestions?: readonly string[];
  /** The key of the map around that is meant by the key at fault, or that is missing in the map. */
  readonly meant?: string;
  readonly missing?: string;
  readonly hint?: string;
  readonly related?: { readonly pointer: string; readonly message: string };
}

/** How a message names the value at a pointer: `"tools[1]"`, or the file itself. */
export function nameOf(pointer: string): string {
  const segments = segmentsOf(pointer);
  let name = '';
  for (let index = segments.length - 1; index >= 0; index -= 1) {
    const segment = segments[index] ?? '';
    if (!/^\d+$/.test(segment)) return `"${segment}${name}"`;
    name = `[${segment}]${name}`;
  }
  return name === '' ? 'the file' : `item ${name}`;
}

/** A value in a message: its type and, when it is short, itself. */
export function describe(value: Json): string {
  if (value === null) return 'nothing';
  if (typeof value === 'string') return `string ${quote(value)}`;
  if (typeof value === 'object') return Array.isArray(value) ? 'list' : 'map';
  return `${typeof value} ${String(value)}`;
}

/** A text in double quotes on one line, cut when it is long. */
export function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return `"${line.length > 40 ? `${line.slice(0, 39)}…` : line}"`;
}

/** The word of our messages for a JSON Schema type. */
export function typeWord(type: string): string {
  if (type === 'array') return 'list';
  if (type === 'object') return 'map';
  return type === 'null' ? 'nothing' : type;
}

/** `a, b or c`. */
export function either(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}
