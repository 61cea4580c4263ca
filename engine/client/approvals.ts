import { Problem } from '../core/problem.ts';
import type { AnyProject } from '../core/register.ts';
import { allOf } from './pages.ts';
import type { Transport } from './request.ts';
import type { ApprovalReads, ClientApprovals } from './types/approvals.ts';

/** Reads approvals, below a prefix. */
export function createApprovalReads(transport: Transport, prefix: string): ApprovalReads<AnyProject> {
  const reads: ApprovalReads<AnyProject> = {
    list: ({ runId: run, submissionId: submission, workflow, agent, limit, after } = {}, call) =>
      transport.json({
        ...{ method: 'GET', path: `${prefix}/approvals`, has: 'approvals', ...call },
        query: { workflow, run, agent, submission, limit, after },
      }),
    all: (filter, call) =>
      allOf('approvals', (after) =>
        reads.list({ ...filter, ...(after === undefined ? {} : { after }) }, call),
      ),
  };
  return reads;
}

/** The `approvals` part of a client. */
export function createApprovals(transport: Transport): ClientApprovals<AnyProject> {
  return {
    ...createApprovalReads(transport, ''),
    async resolve(id, step, answer, call) {
      if (id === '' || step === '')
        throw new Problem('invalid_request', 'a run or submission, and a step or call, must be named');
      const path = `/approvals/${encodeURIComponent(`${id}/${step}`)}`;
      await transport.json({ method: 'POST', path, has: 'step', body: answer, ...call });
    },
  };
}
