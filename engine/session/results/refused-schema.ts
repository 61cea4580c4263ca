import { isObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { ResultWay } from '../../ports/model.ts';
import { knownModel } from '../../program/known-model.ts';
import type { Operation } from '../operation.ts';
import type { SessionPorts } from '../ports.ts';

/**
 * The way to ask for a result when a provider refused a call for the schema that travelled with it: its rules are more than can be
 * known beforehand. Undefined when the call failed for something else.
 */
export function wayAfterRefusal(
  { program }: SessionPorts,
  { model }: Operation,
  thrown: unknown,
): ResultWay | undefined {
  if (!(thrown instanceof Problem) || thrown.code !== 'model_failed' || !isObject(thrown.details))
    return undefined;
  const { status } = thrown.details;
  if ((status !== 400 && status !== 422) || !schemaWords.test(thrown.message)) return undefined;
  const strategy = knownModel(model, program).capabilities?.tools === false ? 'text' : 'tools';
  return { strategy, reason: `the provider refused the schema: ${thrown.message}` };
}

/** How providers speak of a schema that they refuse. */
const schemaWords = /schema|response_?format|output_?(config|format)|structured output/i;
