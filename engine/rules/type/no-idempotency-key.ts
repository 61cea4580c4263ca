import type { Rule } from '../rule.ts';
import { stepLists } from '../walk-steps.ts';

/** A step that calls a destructive tool needs a key, so that a resumed run cannot repeat the effect. */
export const noIdempotencyKey: Rule = {
  id: 'type/no-idempotency-key',
  level: 'error',
  always: true,
  check({ program }, report) {
    for (const workflow of Object.values(program.workflows)) {
      for (const steps of stepLists(workflow.steps)) {
        for (const step of steps) {
          if (step.verb !== 'tool' || step.idempotencyKey !== undefined) continue;
          if (program.tools[step.tool]?.annotations.destructiveHint !== true) continue;
          report(
            step.origin,
            `tool "${step.tool}" is destructive; give the step an "idempotencyKey" so that a resumed run cannot repeat it`,
          );
        }
      }
    }
  },
};
