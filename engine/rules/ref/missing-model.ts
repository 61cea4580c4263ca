import type { Rule } from '../rule.ts';
import { stepLists } from '../walk-steps.ts';

/** An agent or prompt that nobody gives a model can only fail. */
export const missingModel: Rule = {
  id: 'ref/missing-model',
  level: 'error',
  fixed: true,
  check({ program }, report) {
    for (const { name, model, origin } of Object.values(program.agents)) {
      if (model !== undefined) continue;
      report(
        origin,
        `agent "${name}" has no model; write "model: provider/model" in it or in the project config, or "model: false" when every call names one`,
      );
    }
    if (program.settings.model !== undefined) return;
    for (const workflow of Object.values(program.workflows)) {
      for (const steps of stepLists(workflow.steps)) {
        for (const step of steps) {
          const isPlain =
            step.verb === 'skill' || step.verb === 'task' ? step.agent === undefined : step.verb === 'prompt';
          if (!isPlain || !('model' in step) || step.model !== undefined) continue;
          if (step.role !== undefined && program.roles[step.role]?.model !== undefined) continue;
          report(
            step.origin,
            `step "${step.id}" has no model; write "model: provider/model" in it or in the project config`,
          );
        }
      }
    }
  },
};
