import type { Json, JsonSchema } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import type { ProblemCode } from '../core/problem-codes.ts';
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
  const [first] = checked.faults;
  if (first === undefined) return checked.value;
  const more = checked.faults.length > 1 ? ` and ${checked.faults.length - 1} more` : '';
  const place = first.pointer === '' ? '' : `${first.pointer} `;
  throw new Problem(code, `${what} does not fit its schema: ${place}${first.message}${more}`, {
    details: { faults: checked.faults.map(({ pointer, message }) => ({ pointer, message })) },
  });
}
