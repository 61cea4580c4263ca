import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { nameOf, quote } from './fault.ts';
import {
  alternativesOf,
  branchFor,
  entryOf,
  exampleKeys,
  fits,
  isSwitch,
  itemsOf,
  mapsOf,
  partOf,
  settled,
  stringsOf,
  type Place,
} from './schema-place.ts';
import type { Located, SchemaSet } from './schema-set.ts';
import { typesOf } from './types-of.ts';

/**
 * The end of a message about a value of the wrong type: the same value in the shape that the place takes, such as
 * `; write { agent: triager, message: … }`. Empty when the shape cannot be told from the schemas.
 *
 * @param accepted The schemas the place allows, the likeliest first
 */
export function shapeToWrite(accepted: readonly Located[], value: Json, at: string, set: SchemaSet): string {
  for (const one of accepted) {
    const { schema, file } = set.follow(one);
    if (typeof schema === 'boolean') continue;
    const shape = shapeFor({ schema, file }, value, at, set);
    if (shape !== undefined) return `; ${shape}`;
  }
  return '';
}

function shapeFor(place: Place, value: Json, at: string, set: SchemaSet): string | undefined {
  const types = typesOf(place.schema);
  const takes = (type: string): boolean => types.includes(type);
  const isMap = takes('object') || (types.length === 0 && mapsOf(place, set).length > 0);
  if (isObject(value)) {
    if (takes('string')) return nameIn(value, place, at, set);
    return takes('array') ? listOfMap(value, place, set) : undefined;
  }
  if (Array.isArray(value)) {
    if (takes('string')) return oneOf(value, place.schema);
    return isMap ? mapOfList(value, place, set) : undefined;
  }
  if (value === null) return undefined;
  const truth = typeof value === 'string' ? truths[value.toLowerCase()] : undefined;
  if (truth !== undefined && [place, ...alternativesOf(place, set)].some(isSwitch)) return `write ${truth}`;
  const list = [place, ...alternativesOf(place, set)].find((one) => isListFor(value, one, set));
  if (list !== undefined || takes('array')) {
    const text = /\/(?:command|args)$/.test(at) ? commandOf(value) : listOf(value, list ?? place, set);
    return text === undefined ? undefined : `write ${text}`;
  }
  if (isMap) return mapOf(value, place, set);
  return scalarFor(value, place.schema, types);
}

/** `{ name: github, with: … }` where the name itself is wanted. */
function nameIn(value: JsonObject, place: Place, at: string, set: SchemaSet): string | undefined {
  const { provider, name } = value;
  if (typeof provider === 'string' && typeof name === 'string')
    return `write ${quote(`${provider}/${name}`)}`;
  const own = at.slice(at.lastIndexOf('/') + 1);
  const key = [own, ...naming].find((one) => fits(value[one], place, set));
  const word = key === undefined ? undefined : value[key];
  if (typeof word !== 'string') return undefined;
  const isEntry = /^\d+$/.test(own) || Object.keys(value).length === 1;
  return `write ${quote(word)}${isEntry ? '' : `, and the other keys beside ${nameOf(at)}`}`;
}

const naming: readonly string[] = [
  'name',
  'id',
  'text',
  'prompt',
  'message',
  'title',
  'agent',
  'tool',
  'model',
];

function listOfMap(value: JsonObject, place: Place, set: SchemaSet): string | undefined {
  const items = itemsOf(place, set);
  if (items === undefined) return undefined;
  const keys = Object.keys(value);
  if (typesOf(items.schema).includes('string')) {
    return keys.every((key) => fits(key, items, set)) ? `write [${keys.slice(0, 4).join(', ')}]` : undefined;
  }
  return `write a list: [${mapText(undefined, items, set) ?? '{ … }'}]`;
}

/** A list where a single text is wanted. */
function oneOf(value: readonly Json[], schema: JsonObject): string | undefined {
  if (!value.every((item) => typeof item === 'string')) return undefined;
  const [only] = value;
  if (value.length === 1 && typeof only === 'string') return `write ${quote(only)}`;
  const { examples } = schema;
  const example = Array.isArray(examples) ? examples[0] : undefined;
  const isWords = typeof example === 'string' && /^[\w-]+( [\w-]+)+$/.test(example);
  return isWords && value.length > 0 ? `write ${quote(value.join(' '))}` : undefined;
}

/** A list where a map by name is wanted. */
function mapOfList(value: readonly Json[], place: Place, set: SchemaSet): string | undefined {
  const names = value.flatMap((item) => {
    const name = isObject(item) ? (item['name'] ?? item['id']) : item;
    return typeof name === 'string' ? [name] : [];
  });
  const entry = entryOf(place, set);
  if (entry === undefined) {
    const only = value.length === 1 ? value[0] : undefined;
    const { properties } = place.schema;
    const isSame =
      isObject(only) &&
      isObject(properties) &&
      Object.keys(only).every((key) => Object.hasOwn(properties, key));
    return isSame ? 'write it as a map, without the "- "' : listed(place, set);
  }
  const needed = stringsOf(branchFor(undefined, entry, set)?.schema['required']);
  const inside = needed.length === 0 ? '{}' : (mapText(undefined, entry, set) ?? '{ … }');
  return names.length > 0 && names.length === value.length
    ? `write { ${names
        .slice(0, 2)
        .map((name) => `${name}: ${inside}`)
        .join(', ')} }`
    : `write a map by name: { <name>: ${inside} }`;
}

function listed(place: Place, set: SchemaSet): string | undefined {
  const text = mapText(undefined, place, set);
  return text === undefined ? undefined : `write ${text}`;
}

/** A line for a shell as a list of a program and its arguments. */
function commandOf(value: Json): string | undefined {
  if (typeof value !== 'string') return undefined;
  const words = value.match(/"[^"]*"|'[^']*'|\{\{.*?\}\}|\S+/g) ?? [];
  return `[${words.map((word) => flow(word.replace(/^(["'])(.*)\1$/, '$2'))).join(', ')}]`;
}

function isListFor(value: Json, place: Place, set: SchemaSet): boolean {
  const items = typesOf(place.schema).includes('array') ? itemsOf(place, set) : undefined;
  return items !== undefined && wordsOf(value).every((word) => fits(word, items, set));
}

function wordsOf(value: Json): Json[] {
  return typeof value === 'string' ? value.split(/\s*,\s*/).filter(Boolean) : [value];
}

function listOf(value: Json, place: Place, set: SchemaSet): string | undefined {
  const items = itemsOf(place, set);
  const words = wordsOf(value);
  if (items === undefined || words.every((word) => fits(word, items, set)))
    return `[${words.map((word) => flow(word)).join(', ')}]`;
  const text = mapText(undefined, items, set);
  return text === undefined ? undefined : `[${text}]`;
}

function mapOf(value: Json, place: Place, set: SchemaSet): string | undefined {
  const text = mapText(value, place, set);
  return text === undefined ? undefined : `write ${text}`;
}

/** A map in one line with the keys that the schema wants or shows, and the value at the first that takes it. */
function mapText(value: Json | undefined, place: Place, set: SchemaSet): string | undefined {
  const branch = branchFor(value, place, set);
  if (branch === undefined) return undefined;
  const { schema } = branch;
  if (!isObject(schema['properties']))
    return value === undefined ? '{ <name>: … }' : `{ <name>: ${flow(value)} }`;
  const { properties } = schema;
  const required = stringsOf(schema['required']);
  const shown = exampleKeys(schema).filter((key) => Object.hasOwn(properties, key));
  const takes = (key: string): boolean => fits(value, partOf(properties, key, branch), set);
  const home = value === undefined ? undefined : [...required, ...shown].find(takes);
  if (required.length === 0 && home !== undefined) return `{ ${home}: ${flow(value ?? null)} }`;
  const keys = shown.length > 2 && required.length > 0 ? required : [...new Set([...required, ...shown])];
  if (keys.length === 0) return value === undefined ? '{}' : undefined;
  const written = keys.slice(0, 3).map((key) => {
    if (key === home) return `${key}: ${flow(bare(value ?? null, key))}`;
    return `${key}: ${blank(partOf(properties, key, branch), set)}`;
  });
  return `{ ${written.join(', ')} }`;
}

/** An expression without its braces, where it is written without. */
function bare(value: Json, key: string): Json {
  const inside = typeof value === 'string' ? /^\$\{\{\s*(.*?)\s*\}\}$/.exec(value)?.[1] : undefined;
  return inside !== undefined && ['items', 'until', 'while', 'when'].includes(key) ? inside : value;
}

/** What stands for a value of a place. */
function blank(part: Place | undefined, set: SchemaSet): string {
  const found = part === undefined ? undefined : settled(part, set);
  if (found === undefined) return '…';
  const types = typesOf(found.schema);
  if (types.includes('array')) return '[…]';
  if (!types.includes('object')) return '…';
  const entry = entryOf(found, set);
  return entry === undefined ? '{ … }' : `{ <name>: ${blank(entry, set)} }`;
}

function scalarFor(value: Json, schema: JsonObject, types: readonly string[]): string | undefined {
  if (types.includes('string') && typeof value === 'number') {
    const { examples } = schema;
    const isDuration = Array.isArray(examples) && examples.includes('500ms');
    return isDuration ? `write the unit too: ${value}s, or ${value}ms` : `write it in quotes`;
  }
  if (types.includes('string') && typeof value === 'boolean') return 'write it in quotes when it is a text';
  if (typeof value !== 'string' || types.includes('string')) return undefined;
  const isNumber = /^-?\d+(\.\d+)?$/.test(value) && (types.includes('number') || types.includes('integer'));
  const amount = /^(\d+)\s*[a-z]+$/i.exec(value)?.[1];
  if (amount !== undefined && (types.includes('number') || types.includes('integer')))
    return `write ${amount}`;
  const isBoolean = /^(true|false)$/.test(value) && types.includes('boolean');
  return isNumber || isBoolean ? `write ${value} without quotes` : undefined;
}

/** What YAML 1.1 read as true and false, and 1.2 reads as text. */
const truths: Readonly<Record<string, string>> = { yes: 'true', on: 'true', no: 'false', off: 'false' };

/** A value as it is written inside `{ }` or `[ ]`. */
function flow(value: Json): string {
  if (typeof value !== 'string') return isObject(value) || Array.isArray(value) ? '…' : String(value);
  const line = value.replace(/\s+/g, ' ').trim();
  const short = line.length > 40 ? `${line.slice(0, 39)}…` : line;
  const isPlain =
    /^([A-Za-z_./]|\d+[a-z])[\w ./@+?!-]*$/.test(short) && !/^(true|false|null|yes|no|on|off)$/i.test(short);
  return isPlain ? short : `"${short.replaceAll('"', "'")}"`;
}
