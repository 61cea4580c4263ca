import type { Rule } from '../rule.ts';
import { stepLists } from '../walk-steps.ts';

/** A step behind an unconditional `return` or `fail` never runs. */
export const unreachableStep: Rule = {
  id: 'graph/unreachable-step',
  level: 'error',
  always: true,
  check({ program }, report) {
    for (const workflow of Object.values(program.workflows)) {
      for (const steps of stepLists(workflow.steps)) {
        const end = steps.findIndex(
          (step) => (step.verb === 'return' || step.verb === 'fail') && step.if === undefined,
        );
        const after = end === -1 ? undefined : steps[end + 1];
        if (after !== undefined) {
          report(
            after.origin,
            `step "${after.id}" never runs: step "${steps[end]?.id ?? ''}" before it always ends the run`,
          );
        }
      }
    }
  },
};
