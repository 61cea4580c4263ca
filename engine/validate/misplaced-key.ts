import { isObject, type JsonObject } from '../core/json.ts';
import type { Context } from './context.ts';
import type { Located, SchemaSet } from './schema-set.ts';

/** Said of a key that belongs in the map around. */
export const oneLevelUp = 'belongs one level up';

/**
 * Where a key that is unknown here belongs, as the rest of a sentence (`belongs under "foreach"`): in a map inside this one, in
 * one around it, or in one other place of the file. `hasNear`: a key of this map looks like it, so far places do not count.
 */
export function homeOf(key: string, here: Located, context: Context, hasNear: boolean): string | undefined {
  const below = mapBelow(key, here, context.set);
  if (below !== undefined) return `belongs under "${below}"`;
  const [outer] = context.around.slice(-1);
  if (outer !== undefined && outer.schema !== here.schema && hasKey(outer, key)) return oneLevelUp;
  if (hasNear) return undefined;
  if (context.root.schema !== here.schema && hasKey(context.root, key))
    return 'belongs at the top of the file';
  const anywhere = containers(key, context.root, context.set, 6);
  return anywhere.size === 1 ? `belongs under "${[...anywhere][0] ?? ''}"` : undefined;
}

/** The only map inside this one that has a key. */
export function mapBelow(key: string, here: Located, set: SchemaSet): string | undefined {
  const below = mapsBelow(key, here, set);
  return below.length === 1 ? below[0] : undefined;
}

/** The maps inside this one that have a key. */
export function mapsBelow(key: string, here: Located, set: SchemaSet): string[] {
  return [...containers(key, here, set, 1)];
}

/** Whether the value of one key of a map is a map that has another key. */
export function hasInside(here: Located, outer: string, key: string, set: SchemaSet): boolean {
  const { schema, file } = here;
  const part =
    typeof schema === 'boolean' || !isObject(schema['properties']) ? undefined : schema['properties'][outer];
  if (!isObject(part)) return false;
  const inner = set.follow({ schema: part, file });
  const isList = typeof inner.schema !== 'boolean' && inner.schema['type'] === 'array';
  return !isList && containers(key, inner, set, 0, outer).has(outer);
}

/** Names of the maps, down to a depth, that have a key. */
function containers(key: string, from: Located, set: SchemaSet, depth: number, called = ''): Set<string> {
  const names = new Set<string>();
  const seen = new Set<unknown>();
  const visit = (located: Located, name: string, left: number): void => {
    const { schema, file } = set.follow(located);
    if (typeof schema === 'boolean') return;
    if (name !== '' && hasKey({ schema, file }, key)) names.add(name);
    if (seen.has(schema)) return;
    seen.add(schema);
    for (const branch of branchesOf(schema)) visit({ schema: branch, file }, name, left);
    for (const inner of [schema['items'], schema['additionalProperties']]) {
      if (isObject(inner)) visit({ schema: inner, file }, name, left);
    }
    if (left === 0) return;
    for (const [property, inner] of Object.entries(
      isObject(schema['properties']) ? schema['properties'] : {},
    )) {
      if (isObject(inner)) visit({ schema: inner, file }, property, left - 1);
    }
  };
  visit(from, called, depth);
  return names;
}

function branchesOf(schema: JsonObject): JsonObject[] {
  return ['oneOf', 'anyOf'].flatMap((word) => {
    const branches = schema[word];
    return Array.isArray(branches) ? branches.filter(isObject) : [];
  });
}

function hasKey({ schema }: Located, key: string): boolean {
  if (typeof schema === 'boolean' || !isObject(schema['properties'])) return false;
  return Object.hasOwn(schema['properties'], key) && schema['properties'][key] !== false;
}
