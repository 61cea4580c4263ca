import type { Json, JsonSchema } from '../core/json.ts';

/**
 * What a typed result must be: a JSON Schema, or a schema of a library that follows Standard Schema and can give its JSON Schema
 * (zod and ArkType as they are, Valibot through `toStandardJsonSchema`).
 */
export type ResultSchema = JsonSchema | StandardSchema;

/** The type of the result for a schema: what the library infers, JSON for a JSON Schema. */
export type ResultOf<Schema> = Schema extends StandardSchema
  ? NonNullable<Schema['~standard']['types']>['output']
  : Json;

/** A schema that follows Standard Schema (https://standardschema.dev). */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardOutcome<Output> | Promise<StandardOutcome<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** What a Standard Schema says of a value. */
export type StandardOutcome<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };

/** Why a value does not fit. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
