import { isObject, type Json } from '../../core/json.ts';
import { refersToItself } from './schema-references.ts';

/** Whether a JSON Schema keeps its meaning as one of Google, which leaves out what it does not know and puts references in place. */
export function isGoogleSchema(schema: Json): boolean {
  return !refersToItself(schema) && !usesLacking(schema);
}

const lacking: ReadonlySet<string> = new Set([
  ...['allOf', 'oneOf', 'not', 'if', 'prefixItems', 'contains', 'uniqueItems', 'multipleOf'],
  ...['patternProperties', 'propertyNames', 'dependentSchemas', 'dependentRequired', 'unevaluatedProperties'],
]);

function usesLacking(schema: Json): boolean {
  if (Array.isArray(schema)) return schema.some(usesLacking);
  if (!isObject(schema)) return false;
  return Object.entries(schema).some(([key, inner]) => {
    if (named.has(key)) return isObject(inner) && Object.values(inner).some(usesLacking);
    return !data.has(key) && (lacking.has(key) || usesLacking(inner));
  });
}

/** Keywords whose value has schemas by name. */
const named: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions']);
/** Keywords whose value is no schema. */
const data: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples']);
