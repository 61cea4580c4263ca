import type { Step } from '../../program/step.ts';
import type { Rule } from '../rule.ts';
import { stepLists } from '../walk-steps.ts';

/** A step behind one that always ends the run never runs. */
export const unreachableStep: Rule = {
  id: 'graph/unreachable-step',
  level: 'error',
  always: true,
  check({ program }, report) {
    for (const workflow of Object.values(program.workflows)) {
      for (const steps of stepLists(workflow.steps)) {
        const end = steps.findIndex(endsAlways);
        const after = end === -1 ? undefined : steps[end + 1];
        if (after === undefined) continue;
        report(
          after.origin,
          `step "${after.id}" never runs: step "${steps[end]?.id ?? ''}" before it always ends the run`,
        );
      }
    }
  },
};

/** Whether nothing runs behind a step: it returns or fails, or all of its cases do. */
function endsAlways(step: Step): boolean {
  if (step.if !== undefined || step.catch.length > 0) return false;
  switch (step.verb) {
    case 'return':
    case 'fail':
      return true;
    case 'branch':
      return (
        step.cases.some(({ when }) => when === undefined) &&
        step.cases.every(({ steps }) => steps.some(endsAlways))
      );
    case 'loop':
      return step.while === undefined && step.steps.some(endsAlways);
    default:
      return false;
  }
}
