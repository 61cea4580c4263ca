import type { Json, JsonSchema } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { compileSchema, describeFaults } from '../expr/index.ts';

/** The input of a run, with defaults filled in. Throws Problem `invalid_input`. */
export function checkRunInput(name: string, schema: JsonSchema | undefined, input: Json): Json {
  if (schema === undefined) return input;
  const { value, faults } = compileSchema(schema).check(input);
  if (faults.length === 0) return value;
  throw new Problem('invalid_input', `input of workflow "${name}": ${describeFaults(faults)}`, {
    details: { faults: faults.map(({ pointer, message }) => ({ pointer, message })) },
  });
}
