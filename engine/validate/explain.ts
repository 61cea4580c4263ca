import { pointer as pointerOf } from '../core/json-pointer.ts';
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { nowhere, type Context } from './context.ts';
import { objectFaults } from './explain-object.ts';
import { mapsBelow } from './misplaced-key.ts';
import { unionFaults } from './explain-union.ts';
import { either, type Fault } from './fault.ts';
import type { Located } from './schema-set.ts';
import { listFaults, literalFaults, numberFaults, stringFaults, typeFault } from './value-faults.ts';

/**
 * Why a value does not fit a schema, one fault per mistake: of alternatives only the one that was meant is looked at, and what
 * merely follows from another fault is left out.
 */
export function explain(located: Located, value: Json, at: string, context: Context): Fault[] {
  const found = context.set.follow(located);
  const { schema } = found;
  if (typeof schema === 'boolean') return schema ? [] : [forbidden(at, context)];
  const inside = (part: Json | undefined): Located => ({ schema: asSchema(part), file: found.file });

  const wrongType = typeFault(found, value, at, located, context.set);
  if (wrongType !== undefined) return [wrongType];
  const faults: Fault[] = [];
  for (const key of ['oneOf', 'anyOf'] as const) {
    const branches = schema[key];
    if (Array.isArray(branches)) faults.push(...unionFaults(branches.map(inside), found, value, at, context));
  }
  faults.push(...literalFaults(schema, value, at));
  if (typeof value === 'string') faults.push(...stringFaults(schema, value, at, located));
  if (typeof value === 'number') faults.push(...numberFaults(schema, value, at));
  if (Array.isArray(value)) faults.push(...listFaults(schema, value, at));
  if (Array.isArray(value) && schema['items'] !== undefined) {
    const item = inside(schema['items']);
    const deeper = { ...context, elsewhere: nowhere, conditions: [] };
    value.forEach((one: Json, index) => faults.push(...explain(item, one, at + pointerOf(index), deeper)));
  }
  if (isObject(value)) faults.push(...objectFaults(found, value, at, context));

  const all = Array.isArray(schema['allOf']) ? schema['allOf'].map(inside) : [];
  for (const part of all) faults.push(...explain(part, value, at, { ...context, conditions: all }));
  if (schema['if'] !== undefined) {
    const holds = explain(inside(schema['if']), value, at, context).length === 0;
    const branch = schema[holds ? 'then' : 'else'];
    if (branch !== undefined) faults.push(...explain(inside(branch), value, at, context));
  }
  return withoutMeant(faults, at);
}

/** Faults without those of missing keys that another key was meant to be. */
function withoutMeant(faults: readonly Fault[], at: string): Fault[] {
  const meant = new Set(
    faults.flatMap(({ meant: key, pointer }) =>
      key !== undefined && pointer.lastIndexOf('/') === at.length ? [key] : [],
    ),
  );
  return faults.filter(
    ({ missing, pointer }) => missing === undefined || pointer !== at || !meant.has(missing),
  );
}

function asSchema(value: Json | undefined): JsonObject | boolean {
  return isObject(value) || typeof value === 'boolean' ? value : true;
}

/** A key that a condition on another key rules out. */
function forbidden(at: string, context: Context): Fault {
  const key = at.slice(at.lastIndexOf('/') + 1);
  const homes = context.conditions.flatMap(({ schema }) => homesIn(schema, key));
  const below = mapsBelow(key, context.root, context.set).map((map) => `"${map}"`);
  const lost =
    below.length === 0 || below.length > 2 ? 'does not belong here' : `belongs under ${either(below)}`;
  const end = homes.length === 0 ? lost : `goes with ${either([...new Set(homes)])}`;
  return { rule: 'schema/misplaced-key', message: `"${key}" ${end}`, pointer: at, part: 'key' };
}

/** `type "http"`, for a condition on `type` under which the key is allowed by name. */
function homesIn(schema: JsonObject | boolean, key: string): string[] {
  if (typeof schema === 'boolean') return [];
  const { if: condition, then } = schema;
  if (!isObject(condition) || !isObject(condition['properties']) || !isObject(then)) return [];
  const either = Array.isArray(then['oneOf']) ? then['oneOf'].filter(isObject) : [];
  if (![then, ...either].some((part) => allows(part, key))) return [];
  return Object.entries(condition['properties']).flatMap(([name, part]) =>
    isObject(part) && typeof part['const'] === 'string' ? [`${name} "${part['const']}"`] : [],
  );
}

function allows({ properties }: JsonObject, key: string): boolean {
  return isObject(properties) && properties[key] === true;
}
