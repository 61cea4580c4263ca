import { isObject, type Json, type JsonObject } from '../../core/json.ts';

/**
 * A schema of a project with its references to itself (`#`, `#/$defs/…`) written as they must be where it stands inside a document.
 * @param place JSON Pointer of that place, as a fragment.
 */
export function localised(schema: JsonObject, place: string): JsonObject {
  const { $id: _id, $schema: _dialect, ...rest } = schema;
  return inSchema(rest, place) as JsonObject;
}

/** Keys whose values are maps of schemas, and those whose values are data. */
const maps = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];
const data = ['const', 'enum', 'default', 'example', 'examples', 'required', 'dependentRequired'];

function inSchema(value: Json, place: string): Json {
  if (Array.isArray(value)) return value.map((item: Json) => inSchema(item, place));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]): [string, Json] => {
      if (key === '$ref' && typeof inner === 'string') return [key, moved(inner, place)];
      if (data.includes(key)) return [key, inner];
      if (maps.includes(key) && isObject(inner)) {
        const entries = Object.entries(inner).map(([name, one]) => [name, inSchema(one, place)]);
        return [key, Object.fromEntries(entries) as JsonObject];
      }
      return [key, inSchema(inner, place)];
    }),
  );
}

function moved(ref: string, place: string): string {
  return ref === '#' || ref.startsWith('#/') ? place + ref.slice(1) : ref;
}
