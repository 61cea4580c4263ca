import { Problem } from '../core/problem.ts';
import type { Transport } from './request.ts';
import type { Approval, Client } from './types.ts';

/** The `approvals` part of a client. */
export function createApprovals(transport: Transport): Client['approvals'] {
  return {
    async list({ workflow, runId, limit } = {}, { signal } = {}) {
      const query = { workflow, run: runId, limit };
      const { approvals } = await transport.json<{ approvals: readonly Approval[] }>({
        method: 'GET',
        path: '/approvals',
        query,
        signal,
      });
      return approvals;
    },
    async resolve(runId, step, answer, { signal } = {}) {
      if (runId === '' || step === '') throw new Problem('invalid_request', 'a run and a step must be named');
      const path = `/approvals/${encodeURIComponent(`${runId}/${step}`)}`;
      await transport.json({ method: 'POST', path, body: answer, signal });
    },
  };
}
