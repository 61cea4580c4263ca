import type { Json, JsonSchema } from '../core/json.ts';
import type { StandardSchema } from '../core/standard-schema.ts';

export type { StandardSchema } from '../core/standard-schema.ts';

/**
 * What a typed result must be: a JSON Schema, or a schema of a library that follows Standard Schema and can give its JSON Schema
 * (zod and ArkType as they are, Valibot through `toStandardJsonSchema`).
 */
export type ResultSchema = JsonSchema | StandardSchema;

/** The type of the result for a schema: what the library infers, JSON for a JSON Schema. */
export type ResultOf<Schema> = Schema extends StandardSchema
  ? NonNullable<Schema['~standard']['types']>['output']
  : Json;
