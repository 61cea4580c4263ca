import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { patternOf } from './pattern.ts';
import type { SchemaSet } from './schema-set.ts';
import { isOfType, typesOf } from './types-of.ts';

/** What a place of a spec takes: a schema, and the file it stands in. */
export interface Place {
  readonly schema: JsonObject;
  readonly file: string;
}

/** The maps that a place takes: itself, or its alternatives. */
export function mapsOf(place: Place, set: SchemaSet): Place[] {
  const branches = alternativesOf(place, set);
  const maps = (branches.length === 0 ? [place] : branches).filter(
    ({ schema }) => typesOf(schema).includes('object') || isObject(schema['properties']),
  );
  return maps;
}

/** The schemas that a place lets choose from; none when it is one schema. */
export function alternativesOf({ schema, file }: Place, set: SchemaSet): Place[] {
  return ['oneOf', 'anyOf'].flatMap((word) => {
    const list = schema[word];
    return Array.isArray(list)
      ? list.filter(isObject).flatMap((one) => settled({ schema: one, file }, set) ?? [])
      : [];
  });
}

/** Of the maps a place takes the one whose needed key takes the value, else the first. */
export function branchFor(value: Json | undefined, place: Place, set: SchemaSet): Place | undefined {
  const maps = mapsOf(place, set);
  const taking = maps.find(({ schema, file }) => {
    const properties = isObject(schema['properties']) ? schema['properties'] : {};
    return stringsOf(schema['required']).some((key) =>
      fits(value, partOf(properties, key, { schema, file }), set),
    );
  });
  return taking ?? maps[0];
}

/** Whether a value could stand in a place. */
export function fits(value: Json | undefined, part: Place | undefined, set: SchemaSet): boolean {
  if (part === undefined || value === undefined) return false;
  const found = set.follow(part);
  if (typeof found.schema === 'boolean') return found.schema;
  const { schema, file } = found;
  const alternatives = alternativesOf({ schema, file }, set);
  if (alternatives.length > 0) return alternatives.some((one) => fits(value, one, set));
  const types = typesOf(schema);
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) return false;
  if (typeof schema['pattern'] === 'string' && typeof value === 'string')
    return patternOf(schema['pattern']).test(value);
  if (Array.isArray(schema['enum'])) return schema['enum'].includes(value);
  return schema['const'] === undefined || schema['const'] === value;
}

/** The place of a key of a map. */
export function partOf(properties: JsonObject, key: string, { file }: Place): Place | undefined {
  const part = properties[key];
  return isObject(part) ? { schema: part, file } : undefined;
}

/** The place of the items of a list. */
export function itemsOf({ schema, file }: Place, set: SchemaSet): Place | undefined {
  return isObject(schema['items']) ? settled({ schema: schema['items'], file }, set) : undefined;
}

/** What a map by name has under each name. */
export function entryOf({ schema, file }: Place, set: SchemaSet): Place | undefined {
  const entry = schema['additionalProperties'];
  return isObject(entry) ? settled({ schema: entry, file }, set) : undefined;
}

/** A place with its references followed; undefined where anything, or nothing, is taken. */
export function settled(place: Place, set: SchemaSet): Place | undefined {
  const found = set.follow(place);
  return typeof found.schema === 'boolean' ? undefined : { schema: found.schema, file: found.file };
}

/** Whether a place takes true and false. */
export function isSwitch({ schema }: Place): boolean {
  return typesOf(schema).includes('boolean');
}

/** The keys of the first example of a schema. */
export function exampleKeys(schema: JsonObject): string[] {
  const { examples } = schema;
  const first: Json | undefined = Array.isArray(examples) ? examples[0] : undefined;
  return isObject(first) ? Object.keys(first) : [];
}

/** The texts of a list; none when it is no list. */
export function stringsOf(list: Json | undefined): string[] {
  return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string') : [];
}
