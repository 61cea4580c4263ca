import type { Json, JsonSchema } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import type { ProblemCode } from '../core/problem-codes.ts';
import { describeFaults } from '../expr/index.ts';
import type { Activities } from '../ports/activities.ts';

/**
 * A value that fits its schema (undefined: any does), with the schema's defaults filled in.
 * Throws Problem `code` whose message begins with `what` and whose details are `{faults}`.
 */
export function checkValue(
  activities: Activities,
  schema: JsonSchema | undefined,
  value: Json,
  code: ProblemCode,
  what: string,
): Json {
  if (schema === undefined) return value;
  const checked = activities.check(schema, value);
  if (checked.faults.length === 0) return checked.value;
  throw new Problem(code, `${what} does not fit its schema: ${describeFaults(checked.faults)}`, {
    details: { faults: checked.faults.map(({ pointer, message }) => ({ pointer, message })) },
  });
}
