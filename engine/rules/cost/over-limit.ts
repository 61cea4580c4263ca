import { rootOf } from '../../source/index.ts';
import type { Rule } from '../rule.ts';
import { modelCallsOf } from './model-calls.ts';

/** A workflow that needs more model calls than its limit allows can never come to its end. */
export const overLimit: Rule = {
  id: 'cost/over-limit',
  level: 'error',
  check({ program, sources }, report) {
    for (const source of sources) {
      if (source.kind !== 'workflow') continue;
      const limit = program.workflows[source.name]?.limits.modelCalls;
      if (limit === undefined) continue;
      const { least } = modelCallsOf(source, program, sources);
      if (least <= limit) continue;
      report(
        rootOf(source).get('limits').get('modelCalls').origin(),
        `every run needs at least ${least} model calls, and the limit is ${limit}; raise "modelCalls" or take steps away`,
      );
    }
  },
};
