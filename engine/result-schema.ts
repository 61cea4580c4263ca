import type { ResultSchema, StandardIssue, StandardSchema } from './api/result-schema.ts';
import { isObject, toJson, type Json, type JsonSchema } from './core/json.ts';
import { Problem } from './core/problem.ts';

/** How a typed result is asked for, checked and given to the caller. */
export interface AskedResult {
  readonly schema: JsonSchema | undefined;
  /** What the caller's own code says of a result that fits the schema. */
  readonly check?: (value: Json) => Promise<string | undefined>;
  /** The result as the caller's schema gives it. Throws Problem `result_invalid` when it does not fit any more. */
  output(value: Json): Promise<unknown>;
}

/**
 * Reads the schema of a typed result. A Standard Schema is turned to JSON Schema by its own library and checks each result itself.
 * Throws Problem `invalid_request` for one that gives no JSON Schema.
 */
export function readResultSchema(result: ResultSchema | undefined): AskedResult {
  if (!isStandard(result)) return { schema: result, output: (value) => Promise.resolve(value) };
  const { validate } = result['~standard'];
  return {
    schema: jsonSchemaOf(result),
    async check(value) {
      const { issues } = await validate(value);
      return issues === undefined ? undefined : issues.map(textOf).join('; ');
    },
    async output(value) {
      const outcome = await validate(value);
      if (outcome.issues === undefined) return outcome.value;
      const fault = outcome.issues.map(textOf).join('; ');
      throw new Problem('result_invalid', `the result does not fit the schema of the call: ${fault}`, {
        details: { fault },
      });
    },
  };
}

function isStandard(result: ResultSchema | undefined): result is StandardSchema {
  // A schema of ArkType is a function.
  if ((typeof result !== 'object' && typeof result !== 'function') || result === null) return false;
  const standard = (result as Partial<StandardSchema>)['~standard'];
  return typeof standard === 'object' && typeof standard.validate === 'function';
}

/** The ways by which libraries give the JSON Schema of what goes into a schema. */
interface Convertible {
  readonly '~standard': {
    readonly jsonSchema?: { readonly input?: (options: { readonly target: string }) => unknown };
  };
  readonly toJSONSchema?: (options: { readonly io: 'input' }) => unknown;
  readonly toJsonSchema?: () => unknown;
}

function jsonSchemaOf(schema: StandardSchema): JsonSchema {
  const { vendor } = schema['~standard'];
  const own = schema as unknown as Convertible;
  let found: unknown;
  try {
    found =
      own['~standard'].jsonSchema?.input?.({ target: 'draft-2020-12' }) ??
      own.toJSONSchema?.({ io: 'input' }) ??
      own.toJsonSchema?.();
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Problem(
      'invalid_request',
      `the ${vendor} schema of the result has no JSON Schema: ${message}`,
      {
        cause: thrown,
      },
    );
  }
  if (!isObject(found)) {
    const cure = vendor === 'valibot' ? '; wrap it in "toStandardJsonSchema" of @valibot/to-json-schema' : '';
    throw new Problem('invalid_request', `the ${vendor} schema of the result gives no JSON Schema${cure}`);
  }
  const { $schema: _dialect, ...json } = toJson(found) as Record<string, Json>;
  // Objects of zod drop what they do not name, so a model need not be allowed to write it; strict modes want them closed.
  return vendor === 'zod' ? (closed(json) as JsonSchema) : json;
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

function textOf({ message, path = [] }: StandardIssue): string {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
  return keys.length === 0 ? message : `/${keys.join('/')} ${message}`;
}
