import type { Json } from '../core/json.ts';
import type { Range } from '../core/range.ts';
import type { Kind } from './kinds.ts';
import { linesOf } from './lines.ts';
import { spanAt, spanWithin, type Place } from './place.ts';

/** One spec, read into memory with its positions. */
export interface Source {
  readonly kind: Kind;
  readonly name: string;
  /** Project-relative path with forward slashes. */
  readonly file: string;
  readonly path: string;
  /** The text of the file as it is, byte order mark and line ends included. */
  readonly text: string;
  /** The YAML value; of Markdown the front matter, with the body under `instructions` where the kind has them. */
  readonly value: Json;
  /** Of Markdown: the text below the front matter, trimmed, with line feeds only. */
  readonly body?: string;
  /** Whether it comes with the engine. */
  readonly shipped: boolean;
  /** Of a skill: the other text files of its folder, path relative to it, and content. */
  readonly files?: Readonly<Record<string, string>>;
  /**
   * JSON Pointers of values whose text could not be read as meant and has been reported; the empty pointer stands for
   * the whole file. What a later check finds there is a follow-on.
   */
  readonly damaged: readonly string[];
  /** Place of a value or of its key; of the nearest value around it when there is none. */
  readonly rangeOf: (pointer: string, part?: 'key' | 'value') => Range;
  /**
   * Place of a stretch of a text value (offsets in the value); the whole value when it cannot be told.
   * The body of a Markdown file is at `/instructions`, of a skill at `/body`.
   */
  readonly rangeWithin: (pointer: string, start: number, end: number) => Range;
}

/** What a Source is made of. */
export interface SourceParts extends Omit<Source, 'rangeOf' | 'rangeWithin'> {
  /** Places of the values. */
  readonly place: Place;
}

/** Makes a Source from its parts; positions are worked out when they are asked for. */
export function makeSource({ place, ...parts }: SourceParts): Source {
  let known: ReturnType<typeof linesOf> | undefined;
  const lines = (): ReturnType<typeof linesOf> => (known ??= linesOf(parts.text));
  return {
    ...parts,
    rangeOf: (pointer, part = 'value') => lines().rangeOf(...spanAt(place, parts.text, pointer, part)),
    rangeWithin: (pointer, start, end) =>
      lines().rangeOf(...spanWithin(place, parts.text, pointer, start, end)),
  };
}

/** Tells whether a pointer is at, or below, a value that has already been reported as unreadable. */
export function isDamaged(source: Source, pointer: string): boolean {
  return source.damaged.some((bad) => pointer === bad || pointer.startsWith(`${bad}/`));
}
