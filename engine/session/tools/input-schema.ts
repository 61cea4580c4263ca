import type { JsonObject } from '../../core/json.ts';

/** The closed object schema of a tool's input; every property is required but those named in `optional`. */
export function inputSchema(
  properties: Readonly<Record<string, JsonObject>>,
  optional: readonly string[] = [],
): JsonObject {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    additionalProperties: false,
  };
}
