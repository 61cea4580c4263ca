import { fallbacksOf } from '../../program/fallbacks.ts';
import { knownModel } from '../../program/known-model.ts';
import type { ModelChoice } from '../../program/model.ts';
import { placeOf } from '../place-of.ts';
import type { Rule, Spot } from '../rule.ts';
import { modelsOfAgent, modelsOfWorkflow } from './models-used.ts';

/** A limit on cost cannot be kept with a model whose price nobody knows. */
export const unknownPrice: Rule = {
  id: 'cost/unknown-price',
  level: 'error',
  fixed: true,
  check({ program, sources }, report) {
    for (const agent of Object.values(program.agents)) {
      if (agent.limits.costUsd === undefined) continue;
      const at =
        placeOf(sources, { kind: 'agent', name: agent.name }, ...limit) ??
        placeOf(sources, { kind: 'project' }, 'defaults', ...limit);
      reportUnpriced(modelsOfAgent(agent, program), at ?? agent.origin);
    }
    for (const workflow of Object.values(program.workflows)) {
      if (workflow.limits.costUsd === undefined) continue;
      const at = placeOf(sources, { kind: 'workflow', name: workflow.name }, ...limit);
      reportUnpriced(modelsOfWorkflow(workflow, program), at ?? workflow.origin);
    }

    function reportUnpriced(models: readonly ModelChoice[], at: Spot): void {
      const reported = new Set<string>();
      for (const model of models.flatMap((one) => [one, ...fallbacksOf(one, program.settings)])) {
        const name = `${model.provider}/${model.id}`;
        if (model.provider === 'script' || reported.has(name)) continue;
        if (knownModel(model, program).price !== undefined) continue;
        reported.add(name);
        report(
          at,
          `the price of model "${name}" is not known, so "costUsd" cannot be kept; write its "price" under ${homeOf(model)} in engine.yaml`,
        );
      }
    }
  },
};

const limit = ['limits', 'costUsd'] as const;

/** Where the config speaks of a model. */
function homeOf({ alias, provider, id }: ModelChoice): string {
  return alias === undefined ? `"providers.${provider}.models" as "${id}"` : `"models.${alias}"`;
}
