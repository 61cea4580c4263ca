import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import { compileSchema, describeFaults, type SchemaCheck } from '../../expr/index.ts';

/** Reads an object that a caller sent; throws Problem `invalid_request`. */
export type ReadObject = (value: Json | undefined, what: string) => JsonObject;

/**
 * A reader for objects of a closed schema (`additionalProperties: false`): an unknown key is refused with the likely word, and
 * every other fault of the schema with its place. No body reads as `{}`.
 */
export function objectReader(schema: JsonObject & { readonly properties: JsonObject }): ReadObject {
  const known = Object.keys(schema.properties);
  let check: SchemaCheck | undefined;
  return (value = {}, what) => {
    if (!isObject(value)) throw new Problem('invalid_request', `${what} must be a JSON object`);
    for (const key of Object.keys(value)) {
      if (!known.includes(key))
        throw new Problem('invalid_request', `unknown key "${key}" in ${what}${choices(key, known)}`);
    }
    check ??= compileSchema(schema);
    const { faults } = check.check(value);
    if (faults.length === 0) return value;
    throw new Problem('invalid_request', `${what}: ${describeFaults(faults)}`, {
      details: { faults: faults.map(({ pointer, message }) => ({ pointer, message })) },
    });
  };
}
