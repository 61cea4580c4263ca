import { monty } from '../adapters/code/monty/monty.ts';
import type { EngineOptions } from '../api.ts';
import { Problem } from '../core/problem.ts';
import { innerSteps } from '../link/index.ts';
import type { CodeRunner } from '../ports/code-runner.ts';
import type { Program } from '../program/program.ts';
import type { Step } from '../program/step.ts';

/**
 * The code runners of an engine by name: the built-in one, and those of its options, which take its place.
 * Throws Problem `not_available` when the Program runs code and what that needs is not installed.
 */
export function openCodeRunners(
  program: Program,
  { codeRunners = {}, readOnly = false }: Pick<EngineOptions, 'codeRunners' | 'readOnly'>,
): Readonly<Record<string, CodeRunner>> {
  const all: Readonly<Record<string, CodeRunner>> = { monty: monty(program.root), ...codeRunners };
  const user = readOnly ? undefined : userOfCode(program);
  // Who only looks runs nothing.
  if (user === undefined) return all;
  try {
    all['monty']?.require?.();
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    throw new Problem(thrown.code, `${user} runs code: ${thrown.message}`, { cause: thrown });
  }
  return all;
}

/** The first agent or workflow that runs code. */
function userOfCode({ agents, delegates, workflows }: Program): string | undefined {
  const hasCode = (step: Step): boolean => step.verb === 'code' || innerSteps(step).some(hasCode);
  const agent = Object.values({ ...delegates, ...agents }).find(({ code }) => code !== false);
  if (agent !== undefined) return `${agent.kind} "${agent.name}"`;
  const workflow = Object.values(workflows).find(({ steps }) => steps.some(hasCode));
  return workflow === undefined ? undefined : `workflow "${workflow.name}"`;
}
