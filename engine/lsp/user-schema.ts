import { segmentsOf } from '../core/json-pointer.ts';
import type { Node, Source } from '../source/index.ts';
import { nodeAt } from './place-at.ts';
import { schemasAt, type KeySite } from './schema-at.ts';

/** What a place inside of a JSON Schema that a spec holds is. */
export type SchemaPlace =
  /** A schema: its keys are the words of JSON Schema. */
  | { readonly is: 'schema'; readonly node: Node }
  /** The value of a word of a schema, or an item of it. */
  | { readonly is: 'word'; readonly word: string; readonly schema: Node };

const keywords: Readonly<Record<string, readonly [type: string, about: string]>> = {
  type: ['string', 'What kind of value it is.'],
  description: ['string', 'What it is, for people and for models.'],
  properties: ['object', 'The fields of a map by name, each with a schema.'],
  required: ['array', 'Names of the fields that must be there.'],
  additionalProperties: ['boolean', 'Whether further fields may be there, or the schema they follow.'],
  items: ['object', 'The schema of the items of a list.'],
  enum: ['array', 'The values it may have.'],
  const: ['string', 'The only value it may have.'],
  default: ['string', 'The value when none is given.'],
  examples: ['array', 'Values as they may be.'],
  $ref: ['string', 'A schema of its own: `schemas/name.yaml`, or `#/$defs/name` in this one.'],
  $defs: ['object', 'Schemas that others of this file refer to.'],
  oneOf: ['array', 'Schemas of which exactly one fits.'],
  anyOf: ['array', 'Schemas of which at least one fits.'],
  allOf: ['array', 'Schemas that all fit.'],
  minimum: ['number', 'The least number.'],
  maximum: ['number', 'The greatest number.'],
  minLength: ['number', 'The fewest characters of a text.'],
  maxLength: ['number', 'The most characters of a text.'],
  pattern: ['string', 'A regular expression that the text fits.'],
  format: ['string', 'What the text stands for, such as a date.'],
  minItems: ['number', 'The fewest items of a list.'],
  maxItems: ['number', 'The most items of a list; a `foreach` over it needs no bound of its own then.'],
  uniqueItems: ['boolean', 'Whether no two items are equal.'],
};

/** The keys of a JSON Schema. */
export const schemaKeys: readonly KeySite[] = Object.entries(keywords).map(([key, [type, description]]) => ({
  key,
  description,
  schema: { type },
  file: '',
  named: true,
  required: false,
  verb: false,
}));

/** What a pointer leads to inside of a schema of the user's; undefined outside of any. */
export function schemaPlace(source: Source, pointer: string): SchemaPlace | undefined {
  const segments = segmentsOf(pointer);
  const start = source.kind === 'schema' ? 0 : startOfSchema(source, segments);
  if (start === undefined) return undefined;
  let schema = start;
  let at = start;
  while (at < segments.length) {
    const word = segments[at] ?? '';
    const step = maps.has(word) || lists.has(word) ? 2 : schemas.has(word) ? 1 : 0;
    if (step === 0 || at + step > segments.length) {
      return { is: 'word', word, schema: nodeAt(source, segments.slice(0, schema)) };
    }
    at += step;
    schema = at;
  }
  return { is: 'schema', node: nodeAt(source, segments) };
}

/** The values that a word of a schema may have. */
export function valuesOfWord({ word, schema }: Extract<SchemaPlace, { is: 'word' }>): readonly string[] {
  switch (word) {
    case 'type':
      return ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];
    case 'format':
      return ['date-time', 'date', 'time', 'duration', 'email', 'uri', 'uuid', 'ipv4', 'ipv6', 'hostname'];
    case 'required':
      return schema
        .get('properties')
        .entries()
        .map(([name]) => name);
    case 'additionalProperties':
    case 'uniqueItems':
      return ['true', 'false'];
    default:
      return [];
  }
}

const maps: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'definitions']);
const lists: ReadonlySet<string> = new Set(['oneOf', 'anyOf', 'allOf', 'prefixItems']);
const schemas: ReadonlySet<string> = new Set([
  'items',
  'additionalProperties',
  'contains',
  'not',
  'if',
  'then',
  'else',
]);

/** How many segments lead to the schema that a pointer goes into. */
function startOfSchema(source: Source, segments: readonly string[]): number | undefined {
  const at = segments.findIndex((key) => key.endsWith('Schema') || key === 'schema' || key === 'form');
  if (at === -1) return undefined;
  const pointer = `/${segments.slice(0, at + 1).join('/')}`;
  return schemasAt(source, pointer).some(({ schema }) => schema['title'] === 'JsonSchema')
    ? at + 1
    : undefined;
}
