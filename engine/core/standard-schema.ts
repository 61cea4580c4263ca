import { isObject, toJson, type Json, type JsonSchema } from './json.ts';

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

/** Whether a value is a schema that follows Standard Schema. */
export function isStandard(value: unknown): value is StandardSchema {
  // A schema of ArkType is a function.
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard = (value as Partial<StandardSchema>)['~standard'];
  return typeof standard === 'object' && typeof standard.validate === 'function';
}

/**
 * The JSON Schema that a library gives of its schema: of what goes into it, or of what comes out of it.
 * @param refused makes what is thrown when there is none, from the end of a sentence.
 */
export function jsonSchemaOf(
  schema: StandardSchema,
  side: 'input' | 'output',
  refused: (fault: string, cause?: unknown) => Error,
): JsonSchema {
  const { vendor } = schema['~standard'];
  const own = schema as unknown as Convertible;
  let found: unknown;
  try {
    found =
      own['~standard'].jsonSchema?.[side]?.({ target: 'draft-2020-12' }) ??
      own.toJSONSchema?.({ io: side }) ??
      own.toJsonSchema?.();
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw refused(`has no JSON Schema: ${message}`, thrown);
  }
  if (!isObject(found)) {
    const cure = vendor === 'valibot' ? '; wrap it in "toStandardJsonSchema" of @valibot/to-json-schema' : '';
    throw refused(`gives no JSON Schema${cure}`);
  }
  const { $schema: _dialect, ...json } = toJson(found) as Record<string, Json>;
  // Objects of zod drop what they do not name, so a model need not be allowed to write it; strict modes want them closed.
  return vendor === 'zod' ? (closed(json) as JsonSchema) : json;
}

/** Why a value does not fit, with its place. */
export function issueText({ message, path = [] }: StandardIssue): string {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
  return keys.length === 0 ? message : `/${keys.join('/')} ${message}`;
}

/** The ways by which libraries give the JSON Schema of what goes into a schema, and of what comes out of it. */
interface Convertible {
  readonly '~standard': {
    readonly jsonSchema?: Readonly<
      Partial<Record<'input' | 'output', (options: { readonly target: string }) => unknown>>
    >;
  };
  readonly toJSONSchema?: (options: { readonly io: 'input' | 'output' }) => unknown;
  readonly toJsonSchema?: () => unknown;
}

/** The schema with its objects closed that say nothing of further properties. */
function closed(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isObject(schema)) return schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, data.has(key) ? value : closed(value)]),
  );
  const isOpen = schema['type'] === 'object' && isObject(schema['properties']);
  return isOpen && schema['additionalProperties'] === undefined
    ? { ...inner, additionalProperties: false }
    : inner;
}

const data: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples']);
