import type { JsonObject } from '../../core/json.ts';

/** A JSON Schema of an object whose properties are all required but those named. */
export function objectOf(properties: JsonObject, optional: readonly string[] = []): JsonObject {
  return {
    type: 'object',
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    properties,
  };
}

/** A reference to a schema that the description of the API names. */
export function at(component: string): JsonObject {
  return { $ref: `#/components/schemas/${component}` };
}

/** A list of something. */
export function listOf(items: JsonObject): JsonObject {
  return { type: 'array', items };
}

/** Any text. */
export const text: JsonObject = { type: 'string' };

/** How many, or how long. */
export const count: JsonObject = { type: 'integer', minimum: 0 };

/** True or false. */
export const flag: JsonObject = { type: 'boolean' };

/** An ISO time. */
export const time: JsonObject = { type: 'string', format: 'date-time' };

/** Any JSON. */
export const any: JsonObject = {};
