import type { AnyProject } from '../core/register.ts';
import { streamEvents } from './follow.ts';
import { allOf } from './pages.ts';
import { pathOf } from './paths.ts';
import { listed, type Transport } from './request.ts';
import type { ClientSubmissions, SubmissionReads } from './types/submissions.ts';

/** Reads messages to agents, below a prefix. */
export function createSubmissionReads(transport: Transport, prefix: string): SubmissionReads<AnyProject> {
  const base = `${prefix}/submissions`;
  const reads: SubmissionReads<AnyProject> = {
    list: ({ state, ...filter } = {}, call) =>
      transport.json({
        method: 'GET',
        path: base,
        has: 'submissions',
        query: { ...filter, state: listed(state) },
        ...call,
      }),
    all: (filter, call) =>
      allOf('submissions', (before) =>
        reads.list({ ...filter, ...(before === undefined ? {} : { before }) }, call),
      ),
    get: async (id, call) =>
      transport.json({ method: 'GET', path: base + pathOf(id), has: 'submissionId', ...call }),
    events: async (id, { after, limit, types, ...call } = {}) =>
      transport.json({
        ...{ method: 'GET', path: `${base}${pathOf(id)}/events`, has: 'events', ...call },
        query: { after, limit, types: listed(types) },
      }),
  };
  return reads;
}

/** The `submissions` part of a client. */
export function createSubmissions(transport: Transport): ClientSubmissions<AnyProject> {
  const at = (id: string): string => `/submissions${pathOf(id)}`;
  return {
    ...createSubmissionReads(transport, ''),
    stream: (id, options) =>
      streamEvents(
        transport,
        { path: `${at(id)}/stream`, what: `submission "${id}"`, last: 'submission_end' },
        options,
      ),
    async abort(id, call) {
      const path = `${at(id)}/abort`;
      const { aborted } = await transport.json<{ aborted: boolean }>({
        method: 'POST',
        path,
        has: 'aborted',
        ...call,
      });
      return aborted;
    },
  };
}
