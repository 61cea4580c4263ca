import type { Json } from '../core/json.ts';
import type { AnyProject } from '../core/register.ts';
import { streamEvents, type Following } from './follow.ts';
import { allOf } from './pages.ts';
import { pathOf } from './paths.ts';
import { listed, startHeaders, type Transport } from './request.ts';
import type { CallOptions } from './types/options.ts';
import type { ClientRuns, RunReads } from './types/runs.ts';
import type { Receipt } from './types/workflows.ts';

/** Reads runs, below a prefix. */
export function createRunReads(transport: Transport, prefix: string): RunReads<AnyProject> {
  const base = `${prefix}/runs`;
  const reads: RunReads<AnyProject> = {
    list: ({ state, ...filter } = {}, call) =>
      transport.json({
        method: 'GET',
        path: base,
        has: 'runs',
        query: { ...filter, state: listed(state) },
        ...call,
      }),
    all: (filter, call) =>
      allOf('runs', (before) => reads.list({ ...filter, ...(before === undefined ? {} : { before }) }, call)),
    get: async (runId, call) =>
      transport.json({ method: 'GET', path: base + pathOf(runId), has: 'runId', ...call }),
    events: async (runId, { after, limit, types, ...call } = {}) =>
      transport.json({
        ...{ method: 'GET', path: `${base}${pathOf(runId)}/events`, has: 'events', ...call },
        query: { after, limit, types: listed(types) },
      }),
  };
  return reads;
}

/** The `runs` part of a client. */
export function createRuns(transport: Transport): ClientRuns<AnyProject> {
  const act = async <T>(
    runId: string,
    what: string,
    body: Json | undefined,
    call?: CallOptions,
  ): Promise<T> =>
    transport.json({
      ...{ method: 'POST', path: `/runs${pathOf(runId)}/${what}`, body, ...call },
      has: what === 'cancel' ? 'cancelled' : 'runId',
    });

  return {
    ...createRunReads(transport, ''),
    stream: (runId, options) => streamEvents(transport, runStream(runId), options),
    cancel: async (runId, call) => {
      const { cancelled } = await act<{ cancelled: boolean }>(runId, 'cancel', undefined, call);
      return cancelled;
    },
    async signal(runId, topic, payload = null, { signal, timeoutMs, ...start } = {}) {
      const { accepted } = await transport.json<{ accepted: boolean }>({
        ...{ method: 'POST', path: `/runs${pathOf(runId)}/signals${pathOf(topic)}`, signal, timeoutMs },
        has: 'accepted',
        body: payload,
        headers: startHeaders(start),
      });
      return accepted;
    },
    redrive: (runId, call) => act<Receipt>(runId, 'redrive', undefined, call),
    resume: (runId, call) => act<Receipt>(runId, 'resume', undefined, call),
    fork: (runId, from, call) => act<Receipt>(runId, 'fork', { from }, call),
    why: async (runId, step, call) =>
      transport.json({
        method: 'GET',
        path: `/runs${pathOf(runId)}/why`,
        has: 'step',
        query: { step },
        ...call,
      }),
  };
}

/** The stream of a run, of which an answer may be open already. */
export function runStream(runId: string, opened?: Response): Following {
  const run = { path: `/runs${pathOf(runId)}/stream`, what: `run "${runId}"`, last: 'run_end' as const };
  return opened === undefined ? run : { ...run, opened };
}
