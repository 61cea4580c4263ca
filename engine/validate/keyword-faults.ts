import { pointer as pointerOf } from '../core/json-pointer.ts';
import { isObject, type Json } from '../core/json.ts';
import { choices, suggest } from '../core/suggest.ts';
import { describe, quote, type Fault } from './fault.ts';
import {
  conditions,
  elsewhere,
  foreignTypes,
  formats,
  inLists,
  inMaps,
  inPlace,
  keywords,
  types,
} from './schema-keywords.ts';

/** What is wrong with a JSON Schema word by word: misspelt keywords, types and formats, names without a property, empty bounds. */
export function keywordFaults(schema: Json, at: string): Fault[] {
  const faults: Fault[] = [];
  walk(schema, at, faults);
  return faults;
}

/** A fault of a schema as a schema. */
export function invalid(message: string, pointer: string): Fault {
  return { rule: 'schema/invalid-json-schema', message, pointer };
}

/** `isPart`: stands in a condition or an alternative, so that what it asks for may be said elsewhere. */
function walk(schema: Json, at: string, faults: Fault[], isPart = false): void {
  if (!isObject(schema)) return;
  for (const key of Object.keys(schema)) {
    if (keywords.includes(key) || key.startsWith('x-')) continue;
    const near = key === 'property' || key === 'props' ? 'properties' : suggest(key, keywords)[0];
    if (near === undefined) continue;
    const message = `unknown keyword "${key}" of JSON Schema; did you mean "${near}"?`;
    faults.push({ ...invalid(message, at + pointerOf(key)), part: 'key', suggestions: [near] });
  }
  const given = schema['type'];
  for (const [index, type] of (Array.isArray(given) ? given : [given]).entries()) {
    if (type === undefined || (typeof type === 'string' && types.includes(type))) continue;
    const pointer = at + '/type' + (Array.isArray(given) ? pointerOf(index) : '');
    const word = typeof type === 'string' ? type : '';
    const other = Object.hasOwn(foreignTypes, word) ? foreignTypes[word] : undefined;
    const end = other === undefined ? choices(word, types) : `; did you mean "${other}"?`;
    const message = `${typeof type === 'string' ? quote(type) : describe(type)} is not a JSON Schema type${end}`;
    const suggestions = other === undefined ? suggest(word, types) : [other];
    faults.push({ ...invalid(message, pointer), ...(suggestions.length > 0 ? { suggestions } : {}) });
  }
  faults.push(...emptyBounds(schema, at));
  faults.push(...misspeltFormat(schema['format'], at), ...undeclared(schema['required'], schema, at, isPart));
  for (const word of inMaps) {
    const map = schema[word];
    if (isObject(map))
      for (const [key, inner] of Object.entries(map)) walk(inner, at + pointerOf(word, key), faults);
  }
  for (const word of inLists) {
    const list = schema[word];
    if (Array.isArray(list))
      list.forEach((inner: Json, index) =>
        walk(inner, at + pointerOf(word, index), faults, word !== 'prefixItems'),
      );
  }
  for (const word of inPlace)
    walk(schema[word] ?? true, at + pointerOf(word), faults, conditions.includes(word));
}

/** Formats are an open list, so that only one that is nearly a known one is a fault. */
function misspeltFormat(format: Json | undefined, at: string): Fault[] {
  if (typeof format !== 'string' || formats.includes(format)) return [];
  const [near] = suggest(format, formats);
  if (near === undefined) return [];
  const message = `unknown format "${format}"; did you mean "${near}"?`;
  return [{ ...invalid(message, at + pointerOf('format')), suggestions: [near] }];
}

/** Names that are required and that no property declares. */
function undeclared(required: Json | undefined, schema: Json, at: string, isPart: boolean): Fault[] {
  const properties = isObject(schema) ? schema['properties'] : undefined;
  if (!Array.isArray(required) || !isObject(properties)) return [];
  const names = Object.keys(properties);
  return required.flatMap((name: Json, index): Fault[] => {
    if (typeof name !== 'string' || names.includes(name)) return [];
    const suggestions = suggest(name, names);
    const isClosed = isObject(schema) && schema['additionalProperties'] === false;
    const isWhole =
      isObject(schema) && !isPart && names.length > 0 && !elsewhere.some((word) => word in schema);
    if (suggestions.length === 0 && !isClosed && !isWhole) return [];
    const message = `"${name}" is required and not among the properties${choices(name, names)}`;
    return [
      {
        rule: 'schema/required-not-declared',
        message,
        pointer: at + pointerOf('required', index),
        ...(suggestions.length > 0 ? { suggestions } : {}),
      },
    ];
  });
}

/** Bounds between which there is nothing, so that no value fits. */
function emptyBounds(schema: Readonly<Record<string, Json>>, at: string): Fault[] {
  return bounds.flatMap(([low, high]) => {
    const [least, most] = [schema[low], schema[high]];
    if (typeof least !== 'number' || typeof most !== 'number' || least <= most) return [];
    const message = `no value fits: "${low}" is ${least}, and "${high}" is ${most}`;
    return [
      {
        ...invalid(message, at + pointerOf(high)),
        related: { pointer: at + pointerOf(low), message: 'the other bound' },
      },
    ];
  });
}

const bounds = [
  ['minimum', 'maximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
  ['minProperties', 'maxProperties'],
  ['minContains', 'maxContains'],
] as const;
