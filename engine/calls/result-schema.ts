import type { ResultSchema } from '../api/result-schema.ts';
import type { Json, JsonSchema } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { isStandard, issueText, jsonSchemaOf } from '../core/standard-schema.ts';

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
  const { validate, vendor } = result['~standard'];
  const refused = (fault: string, cause?: unknown): Problem =>
    new Problem('invalid_request', `the ${vendor} schema of the result ${fault}`, { cause });
  return {
    schema: jsonSchemaOf(result, 'input', refused),
    async check(value) {
      const { issues } = await validate(value);
      return issues === undefined ? undefined : issues.map(issueText).join('; ');
    },
    async output(value) {
      const outcome = await validate(value);
      if (outcome.issues === undefined) return outcome.value;
      const fault = outcome.issues.map(issueText).join('; ');
      throw new Problem('result_invalid', `the result does not fit the schema of the call: ${fault}`, {
        details: { fault },
      });
    },
  };
}
