import { segmentsOf } from '../core/json-pointer.ts';
import {
  misfitsOfType,
  recordOf,
  typeFromSchema,
  type Misfit,
  type Type,
  type TypedValue,
} from '../expr/index.ts';
import type { JsonSchema } from '../core/json.ts';
import type { Agent } from '../program/agent.ts';
import { constantFaults } from './constant-faults.ts';
import type { Reporter } from './context.ts';
import type { Node } from '../source/index.ts';
import { misfitPlace, pathName } from './misfit-place.ts';
import { whySkipped } from './witness.ts';

/** Reports what a step passes that the one it calls does not take, and what it should pass and does not. */
export function checkArguments(
  reporter: Reporter,
  step: Node,
  callee: {
    readonly kind: 'agent' | 'tool' | 'workflow';
    readonly name: string;
    readonly inputSchema: JsonSchema | undefined;
  },
  given: TypedValue | undefined,
): void {
  if (callee.inputSchema === undefined) return;
  const expected = typeFromSchema(callee.inputSchema);
  const whom = `${callee.kind} "${callee.name}"`;
  const misfits = given === undefined ? lackingIn(expected) : given.misfits(expected);
  if (misfits.length === 0) {
    for (const { node, path, message } of constantFaults(step.get('with'), callee.inputSchema))
      reporter.report(node, 'type/argument', `"${pathName(path)}" of ${whom} ${message}`);
  }
  for (const misfit of misfits) {
    const path = segmentsOf(misfit.pointer);
    const at = misfitPlace(step.get('with'), misfit);
    switch (misfit.kind) {
      case 'missing': {
        const owner = path.length === 0 ? `${whom} needs` : `"${pathName(path)}" of ${whom} needs`;
        const message = `${owner} ${misfit.message.replace(/^lacks /, '')}`;
        const hasWith = step.get('with').value !== undefined;
        if (hasWith)
          reporter.report(at, 'type/missing-argument', message, path.length === 0 ? { part: 'key' } : {});
        else reporter.report(step.get(callee.kind), 'type/missing-argument', message);
        break;
      }
      case 'unknown': {
        const isKey = path.at(-1) === misfit.field;
        const message = `${isKey ? '' : `"${pathName(path)}" of `}${whom} ${misfit.message.replace(/^has no field/, 'takes no')}`;
        reporter.report(at, 'type/unknown-argument', message, {
          suggestions: misfit.suggestions,
          ...(isKey ? { part: 'key' } : {}),
        });
        break;
      }
      case 'mismatch': {
        const what = path.length === 0 ? `the input of ${whom}` : `"${pathName(path)}" of ${whom}`;
        reporter.report(at, ruleOf(misfit, 'type/argument'), `${what} ${misfit.message}`, {
          suggestions: misfit.suggestions,
          ...whyNull(at, misfit),
        });
      }
    }
  }
}

/** Reports what is wrong with the input of an agent, or that it gets nothing to do. */
export function checkAgentCall(
  reporter: Reporter,
  step: Node,
  agent: Agent,
  given: TypedValue | undefined,
): void {
  const { name, inputSchema } = agent;
  if (inputSchema !== undefined)
    return checkArguments(reporter, step, { kind: 'agent', name, inputSchema }, given);
  const message = step.get('message').value;
  if (given !== undefined) {
    reporter.report(
      step.get('with'),
      'type/unknown-argument',
      `agent "${name}" takes a "message", not an input; declare an "inputSchema" to give it one`,
      { part: 'key' },
    );
  } else if (message === undefined) {
    reporter.report(step.get('agent'), 'type/missing-argument', `agent "${name}" needs a "message"`);
  }
}

/** Reports where a value that leaves a workflow or a step does not fit the schema it is held to. */
export function checkResult(
  reporter: Reporter,
  node: Node,
  typed: TypedValue | undefined,
  expected: Type | undefined,
  schema?: JsonSchema,
): void {
  if (typed === undefined || expected === undefined) return;
  const misfits = typed.misfits(expected);
  if (misfits.length === 0 && schema !== undefined) {
    for (const { node: at, path, message } of constantFaults(node, schema))
      reporter.report(at, 'type/result', `"${pathName(path)}" of the output ${message}`);
  }
  for (const misfit of misfits) {
    const path = segmentsOf(misfit.pointer);
    const named = misfit.kind === 'unknown' && path.at(-1) === misfit.field ? path.slice(0, -1) : path;
    const what = named.length === 0 ? 'the output' : `"${pathName(named)}" of the output`;
    reporter.report(misfitPlace(node, misfit), ruleOf(misfit, 'type/result'), `${what} ${misfit.message}`, {
      suggestions: misfit.suggestions,
      ...whyNull(misfitPlace(node, misfit), misfit),
      ...(misfit.kind === 'unknown' || (misfit.kind === 'missing' && path.length === 0)
        ? { part: 'key' }
        : {}),
    });
  }
}

/** Reports that the output of the last step, which is the workflow's where it has no `output`, does not fit. */
export function checkLast(reporter: Reporter, steps: Node, last: Type, expected: Type | undefined): void {
  const [misfit] = expected === undefined ? [] : misfitsOfType(last, expected);
  const step = steps.list().at(-1);
  if (misfit === undefined || step === undefined) return;
  const message = `the output of the last step, which is the workflow's, ${misfit.message}`;
  reporter.report(step.get('id'), ruleOf(misfit, 'type/result'), message, {
    suggestions: misfit.suggestions,
    ...whyNull(step.get('id'), misfit),
  });
}

function lackingIn(expected: Type): readonly Misfit[] {
  return misfitsOfType(recordOf({}), expected);
}

/** A value that is null because a step was skipped is that rule's finding wherever it goes. */
function ruleOf(misfit: Misfit, rule: string): string {
  return misfit.skipped === undefined ? rule : 'graph/may-not-have-run';
}

function whyNull(node: Node, { skipped }: Misfit): ReturnType<typeof whySkipped> {
  return skipped === undefined ? {} : whySkipped(node, skipped);
}
