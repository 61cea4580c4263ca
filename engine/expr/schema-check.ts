import type { ValidateFunction } from 'ajv/dist/2020.js';
import { stableText, type Json, type JsonSchema } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { resetMeter } from './schema-meter.ts';
import { compiler, ownIds, withoutDialect } from './schema-compiler.ts';
import { faultsOf } from './schema-message.ts';
import { limits } from './limits.ts';
import type { SchemaCheck, SchemaFault } from './types.ts';

/**
 * A check of values against a JSON Schema (2020-12), with the schema's defaults filled into a copy; the caller's
 * value is never changed, types are never coerced. Equal schemas share one check; work is done on the first use.
 * `check` throws Problem `invalid_project` when the schema itself is not valid (see `schemaFaults`).
 */
export function compileSchema(schema: JsonSchema): SchemaCheck {
  if (typeof schema === 'boolean') return schemaCheck(schema, '');
  const known = byObject.get(schema);
  if (known !== undefined) return known;
  const text = textOf(schema);
  const check = byText.get(text) ?? schemaCheck(schema, text);
  if (byText.size >= 1_000) byText.clear();
  byText.set(text, check);
  byObject.set(schema, check);
  return check;
}

function textOf(schema: JsonSchema): string {
  try {
    return stableText(schema);
  } catch (error) {
    throw new Problem('invalid_project', 'the JSON Schema is nested too deeply', { cause: error });
  }
}

const byObject = new WeakMap<object, SchemaCheck>();
const byText = new Map<string, SchemaCheck>();

function schemaCheck(schema: JsonSchema, text: string): SchemaCheck {
  const fills = text.includes('"default":');
  let validate: ValidateFunction | undefined;
  return {
    check(given) {
      const value = (given === undefined ? null : given) as Json;
      const unfit = unfitness(value);
      if (unfit !== undefined) return { value: unfit.pointer === '' ? null : value, faults: [unfit] };
      validate ??= compile(schema, text);
      const checked = fills ? copy(value) : value;
      resetMeter();
      try {
        return validate(checked)
          ? { value: checked, faults: [] }
          : { value: checked, faults: faultsOf(validate.errors ?? []) };
      } catch {
        return { value: checked, faults: [{ pointer: '', message: 'is too large to be checked' }] };
      }
    },
  };
}

function compile(schema: JsonSchema, text: string): ValidateFunction {
  try {
    // A schema with ids of its own gets a compiler of its own: two schemas may use the same id.
    const ajv = compiler(text !== '' && ownIds(text));
    const bare = withoutDialect(schema);
    const validate = ajv.compile(bare);
    // The compiler would keep every schema it has seen; our own tables are the cache, and bounded.
    if (typeof bare === 'object') ajv.removeSchema(bare);
    return validate;
  } catch (error) {
    throw new Problem('invalid_project', 'the JSON Schema is not valid', { cause: error });
  }
}

/** Why a value is no JSON that can be checked: too deep, or not JSON at all. Walks without recursion. */
function unfitness(value: unknown): SchemaFault | undefined {
  const open: [unknown, number][] = [[value, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [item, depth] = next;
    if (typeof item === 'object' && item !== null) {
      if (depth >= limits.depth)
        return { pointer: '', message: `is nested deeper than ${limits.depth} levels` };
      for (const inner of Object.values(item)) if (typeof inner !== 'string') open.push([inner, depth + 1]);
    } else if (typeof item === 'bigint' || typeof item === 'function' || typeof item === 'symbol') {
      return { pointer: '', message: `must be JSON, got a ${typeof item}` };
    }
  }
  return undefined;
}

function copy(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(copy);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)]));
}
