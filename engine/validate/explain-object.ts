import { pointer as pointerOf } from '../core/json-pointer.ts';
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { choices, suggest } from '../core/suggest.ts';
import { nowhere, type Context } from './context.ts';
import { either, nameOf, type Fault } from './fault.ts';
import { foreignKey } from './foreign-keys.ts';
import { homeOf } from './misplaced-key.ts';
import { patternOf } from './pattern.ts';
import type { Located } from './schema-set.ts';

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
      const fault = unknownKey(key, Object.keys(properties), located, path, context);
      faults.push(fault.fault);
      if (fault.meant !== undefined) explained.add(fault.meant);
    } else if (additional !== undefined) {
      faults.push(
        ...context.explain({ schema: asSchema(additional), file }, item, path, { ...deeper, conditions: [] }),
      );
    }
  }
  return [...faults, ...missingKeys(schema, value, at, explained), ...countFaults(schema, value, at)];
}

/** The fault of a key the map does not know, and the key that was probably meant. */
export function unknownKey(
  key: string,
  allowed: readonly string[],
  located: Located,
  at: string,
  context: Context,
): { fault: Fault; meant?: string } {
  const fault = (rule: string, message: string, suggestions: readonly string[] = []): Fault => ({
    rule,
    message,
    pointer: at,
    part: 'key',
    ...(suggestions.length > 0 ? { suggestions } : {}),
  });
  const foreign = foreignKey(key, allowed);
  if (foreign !== undefined) {
    const { write, message } = foreign;
    return write === undefined
      ? { fault: fault('schema/foreign-key-name', message) }
      : { fault: fault('schema/foreign-key-name', message, [write]), meant: write };
  }
  const verbs = context.elsewhere(key);
  if (verbs.length > 0) {
    const message = `"${key}" does not belong here; it goes with ${either(verbs.slice(0, 6).map((verb) => `"${verb}"`))}`;
    return { fault: fault('schema/misplaced-key', message) };
  }
  const near = suggest(key, allowed);
  const home = homeOf(key, located, context, near.length > 0);
  if (home !== undefined) return { fault: fault('schema/misplaced-key', `"${key}" ${home}`) };
  const [meant] = near;
  const unknown = fault('schema/unknown-key', `unknown key "${key}"${choices(key, allowed)}`, near);
  return meant === undefined ? { fault: unknown } : { fault: unknown, meant };
}

function missingKeys(
  schema: JsonObject,
  value: JsonObject,
  at: string,
  explained: ReadonlySet<string>,
): Fault[] {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return required.flatMap((key: Json): Fault[] => {
    if (typeof key !== 'string' || Object.hasOwn(value, key) || explained.has(key)) return [];
    const where = at === '' ? '' : ` in ${nameOf(at)}`;
    return [{ rule: 'schema/missing-key', message: `"${key}" is missing${where}`, pointer: at, part: 'key' }];
  });
}

function countFaults(schema: JsonObject, value: JsonObject, at: string): Fault[] {
  const { minProperties, maxProperties } = schema;
  const count = Object.keys(value).length;
  const fault = (message: string): Fault[] => [
    { rule: 'schema/bad-value', message: `${nameOf(at)} ${message}`, pointer: at },
  ];
  if (typeof minProperties === 'number' && count < minProperties) {
    return fault(`must have at least ${minProperties === 1 ? 'one key' : `${minProperties} keys`}`);
  }
  if (typeof maxProperties === 'number' && count > maxProperties)
    return fault(`must have at most ${maxProperties} keys`);
  return [];
}

function asSchema(value: Json | undefined): JsonObject | boolean {
  return isObject(value) || typeof value === 'boolean' ? value : true;
}
