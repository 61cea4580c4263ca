import { Problem } from '../core/problem.ts';
import type { Transport } from './request.ts';
import type { Approval, Client } from './types.ts';

/** The `approvals` part of a client. */
export function createApprovals(transport: Transport): Client['approvals'] {
  return {
    async list({ workflow, runId, agent, submissionId, limit } = {}, { signal } = {}) {
      const query = { workflow, run: runId, agent, submission: submissionId, limit };
      const { approvals } = await transport.json<{ approvals: readonly Approval[] }>({
        method: 'GET',
        path: '/approvals',
        query,
        signal,
      });
      return approvals;
    },
    async resolve(id, step, answer, { signal } = {}) {
      if (id === '' || step === '')
        throw new Problem('invalid_request', 'a run or submission, and a step or call, must be named');
      const path = `/approvals/${encodeURIComponent(`${id}/${step}`)}`;
      await transport.json({ method: 'POST', path, body: answer, signal });
    },
  };
}
