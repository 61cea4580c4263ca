import type { Step } from '../program/step.ts';

/** Every list of steps below a list, itself first: blocks, branches, cases, catches. */
export function* stepLists(steps: readonly Step[]): Generator<readonly Step[]> {
  yield steps;
  for (const step of steps) {
    for (const { steps: inner } of step.catch) yield* stepLists(inner);
    if (step.verb === 'parallel') for (const branch of step.branches) yield* stepLists(branch.steps);
    if (step.verb === 'branch') for (const { steps: inner } of step.cases) yield* stepLists(inner);
    if (step.verb === 'foreach' || step.verb === 'loop') yield* stepLists(step.steps);
  }
}
