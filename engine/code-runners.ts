import { monty } from './adapters/code/monty/monty.ts';
import type { EngineOptions } from './api.ts';
import { innerSteps } from './link/index.ts';
import type { CodeRunner } from './ports/code-runner.ts';
import type { Program } from './program/program.ts';
import type { Step } from './program/workflow.ts';

/**
 * The code runners of an engine by name: the built-in one, and those of its options, which take its place.
 * Throws Problem `not_available` when the Program runs code and what that needs is not installed.
 */
export function openCodeRunners(
  program: Program,
  { codeRunners = {}, readOnly = false }: Pick<EngineOptions, 'codeRunners' | 'readOnly'>,
): Readonly<Record<string, CodeRunner>> {
  const all: Readonly<Record<string, CodeRunner>> = { monty: monty(program.root), ...codeRunners };
  // Who only looks runs nothing.
  if (!readOnly && runsCode(program)) all['monty']?.require?.();
  return all;
}

function runsCode({ agents, delegates, workflows }: Program): boolean {
  const hasCode = (step: Step): boolean => step.verb === 'code' || innerSteps(step).some(hasCode);
  return (
    [...Object.values(agents), ...Object.values(delegates)].some(({ code }) => code !== false) ||
    Object.values(workflows).some(({ steps }) => steps.some(hasCode))
  );
}
