import { knownModel } from '../../program/known-model.ts';
import type { ModelChoice, Thinking } from '../../program/model.ts';
import { placeOf } from '../place-of.ts';
import type { Rule, Spot } from '../rule.ts';
import { stepLists } from '../walk-steps.ts';

/** What a spec asks of a model that is known not to have it fails at every call. */
export const modelAbility: Rule = {
  id: 'ref/model-ability',
  level: 'error',
  fixed: true,
  check({ program, sources }, report) {
    for (const agent of Object.values(program.agents)) {
      if (agent.model === undefined || agent.model === false) continue;
      const place = (key: string): Spot =>
        placeOf(sources, { kind: 'agent', name: agent.name }, key) ?? agent.origin;
      checkThinking(agent.model, agent.thinking, place('thinking'), `agent "${agent.name}"`);
      const hasTools = agent.tools.length > 0 || agent.builtins.length > 0 || agent.code !== false;
      if (hasTools && knownModel(agent.model, program).capabilities?.tools === false)
        report(
          place('model'),
          `agent "${agent.name}" has tools, and its model "${nameOf(agent.model)}" calls none; give it another model, or "tools: []"`,
        );
    }
    for (const workflow of Object.values(program.workflows)) {
      for (const step of [...stepLists(workflow.steps)].flat()) {
        if (step.verb !== 'prompt') continue;
        const role = step.role === undefined ? undefined : program.roles[step.role];
        const model = step.model ?? role?.model ?? program.settings.model;
        if (model === undefined) continue;
        checkThinking(
          model,
          step.thinking ?? role?.thinking ?? workflow.prompter.thinking,
          step.origin,
          `step "${step.id}"`,
        );
        if (step.images.length > 0 && knownModel(model, program).capabilities?.images === false)
          report(
            step.origin,
            `step "${step.id}" sends images, and its model "${nameOf(model)}" takes none; name another model`,
          );
      }
    }

    function checkThinking(model: ModelChoice, thinking: Thinking | undefined, at: Spot, who: string): void {
      if (thinking === undefined || thinking === 'off') return;
      if (knownModel(model, program).capabilities?.thinking !== false) return;
      report(
        at,
        `${who} asks for "thinking: ${thinking}", and its model "${nameOf(model)}" cannot think; leave it out, or name another model`,
      );
    }
  },
};

function nameOf({ provider, id }: ModelChoice): string {
  return `${provider}/${id}`;
}
