import { rootOf } from '../../source/index.ts';
import type { Rule } from '../rule.ts';
import { modelCallsOf } from './model-calls.ts';

/** A workflow that calls models without any bound on their number, tokens or cost can cost any amount. */
export const noLimit: Rule = {
  id: 'cost/no-limit',
  level: 'info',
  preset: 'strict',
  check({ program, sources }, report) {
    for (const source of sources) {
      if (source.kind !== 'workflow') continue;
      const { modelCalls, tokens, costUsd } = program.workflows[source.name]?.limits ?? {};
      if (modelCalls !== undefined || tokens !== undefined || costUsd !== undefined) continue;
      const { most } = modelCallsOf(source, program, sources);
      if (most === 0) continue;
      const advice = most === Infinity ? '' : ` (its longest way makes ${most})`;
      report(
        { file: source.file, range: rootOf(source).get('steps').source.rangeOf('/steps', 'key') },
        `nothing bounds the model calls of "${source.name}"; write "limits: { modelCalls: ... }"${advice}`,
      );
    }
  },
};
