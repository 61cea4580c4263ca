import type { Rule } from '../rule.ts';
import { stepsOf } from '../spec-steps.ts';
import { spotOf } from '../spot.ts';

/** An approval that only another person may give, but that gives itself when nobody answers. */
export const selfApproval: Rule = {
  id: 'graph/self-approval',
  level: 'warning',
  check({ sources }, report) {
    for (const source of sources.filter(({ kind }) => kind === 'workflow')) {
      for (const { node } of stepsOf(source)) {
        const approval = node.get('approval');
        if (approval.get('requireDifferentApprover').value !== true) continue;
        const onTimeout = approval.get('onTimeout');
        if (onTimeout.value !== 'approve') continue;
        report(
          spotOf(onTimeout),
          'who started the run only has to wait: after the timeout it is approved without another person; write "expire", "reject" or "fail"',
        );
      }
    }
  },
};
