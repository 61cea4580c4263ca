import { pointer as pointerOf } from '../core/json-pointer.ts';
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { choices, suggest } from '../core/suggest.ts';
import { nowhere, type Context } from './context.ts';
import { either, nameOf, type Fault } from './fault.ts';
import { foreignKey } from './foreign-keys.ts';
import { hasInside, homeOf, mapBelow, oneLevelUp } from './misplaced-key.ts';
import { patternOf } from './pattern.ts';
import type { Located } from './schema-set.ts';
import { countFaults } from './value-faults.ts';

/** Unknown keys of one map for which it is worked out what was meant. */
const mostExplained = 100;

/** Faults of the keys of a map, and of the values under them. */
export function objectFaults(located: Located, value: JsonObject, at: string, context: Context): Fault[] {
  const { schema, file } = located;
  if (typeof schema === 'boolean') return [];
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const patterns = isObject(schema['patternProperties']) ? Object.entries(schema['patternProperties']) : [];
  const additional = schema['additionalProperties'];
  const deeper: Context = {
    ...context,
    around: 'additionalProperties' in schema ? [...context.around, located] : context.around,
    elsewhere: nowhere,
  };
  const faults: Fault[] = [];
  const explained = new Set<string>();
  let unknown = 0;
  for (const [key, item] of Object.entries(value)) {
    const path = at + pointerOf(key);
    if (schema['propertyNames'] !== undefined) {
      const named = context.explain({ schema: asSchema(schema['propertyNames']), file }, key, path, deeper);
      faults.push(...named.slice(0, 1).map((fault): Fault => ({ ...fault, part: 'key' })));
    }
    const matching = [
      ...(Object.hasOwn(properties, key) ? [properties[key]] : []),
      ...patterns.filter(([pattern]) => patternOf(pattern).test(key)).map(([, part]) => part),
    ];
    if (matching.length > 0) {
      for (const part of matching) {
        const inner =
          part === false ? { ...deeper, conditions: context.conditions } : { ...deeper, conditions: [] };
        faults.push(...context.explain({ schema: asSchema(part), file }, item, path, inner));
      }
    } else if (additional === false) {
      unknown += 1;
      if (unknown > mostExplained) {
        faults.push({
          rule: 'schema/unknown-key',
          message: `unknown key "${key}"`,
          pointer: path,
          part: 'key',
        });
        continue;
      }
      const home = missingMap(located, item, value, at, context);
      if (home !== undefined) {
        const message = `"${key}" belongs under "${home}"`;
        faults.push({ rule: 'schema/misplaced-key', message, pointer: path, part: 'key', meant: home });
        explained.add(home);
        continue;
      }
      const fault = unknownKey(key, Object.keys(properties), located, path, context, Object.keys(value));
      faults.push(fault);
      if (fault.meant !== undefined) explained.add(fault.meant);
    } else if (additional !== undefined) {
      faults.push(
        ...context.explain({ schema: asSchema(additional), file }, item, path, { ...deeper, conditions: [] }),
      );
    }
  }
  const missing = missingKeys(schema, value, at, explained).filter(
    ({ key }) => !faults.some((fault) => isBelow(fault, key, at)),
  );
  return [...faults, ...missing.map(({ fault }) => fault), ...countFaults(schema, value, at)];
}

/** The map by name that is missing here although it is needed, when an entry would fit into it. */
function missingMap(
  { schema, file }: Located,
  entry: Json,
  value: JsonObject,
  at: string,
  context: Context,
): string | undefined {
  if (!isObject(entry) && !Array.isArray(entry)) return undefined;
  const properties = typeof schema === 'boolean' ? undefined : schema['properties'];
  const missing = requiredKeys(schema).filter((key) => !Object.hasOwn(value, key));
  const [only] = missing;
  if (missing.length !== 1 || only === undefined || !isObject(properties)) return undefined;
  const map = context.set.follow({ schema: asSchema(properties[only]), file });
  const inner = typeof map.schema === 'boolean' ? undefined : map.schema['additionalProperties'];
  if (!isObject(inner) || isObject(asObject(map.schema)['properties'])) return undefined;
  const faults = context.explain({ schema: inner, file: map.file }, entry, at, context);
  return faults.length === 0 ? only : undefined;
}

function asObject(schema: JsonObject | boolean): JsonObject {
  return typeof schema === 'boolean' ? {} : schema;
}

/** The fault of a key the map does not know; `meant` is the key it probably stands for, or belongs under. */
export function unknownKey(
  key: string,
  allowed: readonly string[],
  located: Located,
  at: string,
  context: Context,
  present: readonly string[] = [],
): Fault {
  const place = { pointer: at, part: 'key' } as const;
  const misplaced = (end: string, meant?: string): Fault => ({
    rule: 'schema/misplaced-key',
    message: `"${key}" ${end}`,
    ...place,
    ...(meant === undefined ? {} : { meant }),
  });
  const within = requiredKeys(located.schema).find((verb) => hasInside(located, verb, key, context.set));
  if (within !== undefined) return misplaced(`belongs under "${within}"`, within);
  const verbs = context.elsewhere(key);
  if (verbs.length > 0) {
    const homes = verbs.slice(0, 6).map((verb) => `"${verb}"`);
    return misplaced(`does not belong here; it goes with ${either(homes)}`);
  }
  const foreign = foreignKey(key, allowed, present);
  if (foreign !== undefined) {
    const { write, inside, message } = foreign;
    if (inside !== undefined) return misplaced(`belongs under "${inside}"`, inside);
    const meant = write === undefined ? {} : { suggestions: [write], meant: write };
    return { rule: 'schema/foreign-key-name', message, ...place, ...meant };
  }
  const near = suggest(key, allowed);
  const home = homeOf(key, located, context, near.length > 0);
  if (home !== undefined) return misplaced(home, mapBelow(key, located, context.set));
  const [meant] = near;
  return {
    rule: 'schema/unknown-key',
    message: `unknown key "${key}"${choices(key, allowed)}`,
    ...place,
    ...(meant === undefined ? {} : { suggestions: near, meant }),
  };
}

function missingKeys(
  schema: JsonObject,
  value: JsonObject,
  at: string,
  explained: ReadonlySet<string>,
): { readonly key: string; readonly fault: Fault }[] {
  return requiredKeys(schema).flatMap((key) => {
    if (Object.hasOwn(value, key) || explained.has(key)) return [];
    const where = at === '' ? '' : ` in ${nameOf(at)}`;
    const message = `"${key}" is missing${where}`;
    return [{ key, fault: { rule: 'schema/missing-key', message, pointer: at, part: 'key', missing: key } }];
  });
}

/** Whether a fault says of a key in a map inside that it belongs here. */
function isBelow({ rule, message, pointer }: Fault, key: string, at: string): boolean {
  const inside = pointer.slice(at.length).split('/').slice(1);
  return (
    rule === 'schema/misplaced-key' &&
    inside.length === 2 &&
    inside[1] === key &&
    message.endsWith(oneLevelUp)
  );
}

function requiredKeys(schema: JsonObject | boolean): string[] {
  const required = typeof schema === 'boolean' ? undefined : schema['required'];
  return Array.isArray(required) ? required.filter((key): key is string => typeof key === 'string') : [];
}

function asSchema(value: Json | undefined): JsonObject | boolean {
  return isObject(value) || typeof value === 'boolean' ? value : true;
}
