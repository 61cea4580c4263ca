import { isObject, type Json } from '../../core/json.ts';

/** A small value for people to begin with that has the shape of a schema: what it requires, with examples where it has some. */
export function sampleOf(schema: unknown): Json {
  if (!isObject(schema)) return {};
  const { const: only, default: usual, examples, enum: choices, type, properties, required } = schema;
  for (const known of [only, usual, firstOf(examples), firstOf(choices)])
    if (known !== undefined) return known;
  switch (firstOf(type) ?? type) {
    case 'string':
      return 'text';
    case 'number':
    case 'integer':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 1;
    case 'boolean':
      return true;
    case 'array':
      return Number(schema['minItems'] ?? 0) > 0 ? [sampleOf(schema['items'])] : [];
    case 'null':
      return null;
    default: {
      const names = Array.isArray(required) ? required.map(String) : [];
      const shapes = isObject(properties) ? properties : {};
      return Object.fromEntries(names.map((name) => [name, sampleOf(shapes[name])]));
    }
  }
}

function firstOf(value: Json | undefined): Json | undefined {
  return Array.isArray(value) ? value[0] : undefined;
}
