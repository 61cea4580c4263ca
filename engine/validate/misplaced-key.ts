import { isObject, type JsonObject } from '../core/json.ts';
import type { Context } from './context.ts';
import type { Located, SchemaSet } from './schema-set.ts';

/**
 * Where a key that is unknown here belongs, as the rest of a sentence (`belongs under "foreach"`): in a map inside this one, in
 * one around it, or in one other place of the file. `hasNear`: a key of this map looks like it, so far places do not count.
 */
export function homeOf(key: string, here: Located, context: Context, hasNear: boolean): string | undefined {
  const below = containers(key, here, context.set, 1);
  if (below.size === 1) return `belongs under "${[...below][0] ?? ''}"`;
  const [outer] = context.around.slice(-1);
  if (outer !== undefined && outer.schema !== here.schema && hasKey(outer, key))
    return 'belongs one level up';
  if (hasNear) return undefined;
  if (context.root.schema !== here.schema && hasKey(context.root, key))
    return 'belongs at the top of the file';
  const anywhere = containers(key, context.root, context.set, 6);
  return anywhere.size === 1 ? `belongs under "${[...anywhere][0] ?? ''}"` : undefined;
}

/** Names of the maps, down to a depth, that have a key. */
function containers(key: string, from: Located, set: SchemaSet, depth: number): Set<string> {
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
  visit(from, '', depth);
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
