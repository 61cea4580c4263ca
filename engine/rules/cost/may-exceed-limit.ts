import { rootOf } from '../../source/index.ts';
import type { Rule } from '../rule.ts';
import { modelCallsOf } from './model-calls.ts';

/** A workflow whose longest way makes more model calls than its limit allows may stop half-way. */
export const mayExceedLimit: Rule = {
  id: 'cost/may-exceed-limit',
  level: 'info',
  preset: 'strict',
  check({ program, sources }, report) {
    for (const source of sources) {
      if (source.kind !== 'workflow') continue;
      const limit = program.workflows[source.name]?.limits.modelCalls;
      if (limit === undefined) continue;
      const { least, most } = modelCallsOf(source, program, sources);
      if (most <= limit || least > limit) continue;
      const count = most === Infinity ? 'any number of' : `up to ${most}`;
      report(
        rootOf(source).get('limits').get('modelCalls').origin(),
        `a run may make ${count} model calls, and stops after ${limit}; raise "modelCalls", or lower "maxItems", "maxIterations", "maxAttempts" or "maxTurns"`,
      );
    }
  },
};
