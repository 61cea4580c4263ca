import type { Engine } from '../../api.ts';
import type { EngineEvent } from '../../core/event.ts';
import { Problem } from '../../core/problem.ts';
import { isTerminal } from '../../core/status.ts';
import { storedTypes } from '../event-types.ts';
import { integer, list, text } from '../parameters.ts';
import { objectReader } from '../read-object.ts';
import { objectOf, route, type Route } from '../route.ts';
import { event, run } from './schemas.ts';

const states = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled'] as const;

/** Highest event index a caller can name. */
const maxIndex = 999_999_999_999_999;

const emptySchema = { type: 'object', additionalProperties: false, properties: {} } as const;

const readEmpty = objectReader(emptySchema);

/** Following runs. */
export const runRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/runs',
    operation: 'listRuns',
    summary: 'Runs, newest first.',
    query: {
      workflow: text('Only runs of this workflow.'),
      state: list(states, 'Only runs in these states.'),
      limit: integer(1, 1000, 'At most so many. Default: 100.'),
      before: text('Only runs older than this run; the `next` of the page before.'),
    },
    answers: {
      200: {
        description: 'A page of runs; `next` is null on the last page.',
        schema: () => objectOf({ runs: { type: 'array', items: run }, next: { type: ['string', 'null'] } }),
      },
    },
    async handle({ engine, query: { state, ...filter } }) {
      const limit = filter.limit ?? 100;
      const runs = await engine.runs.list({
        ...filter,
        limit,
        ...(state === undefined ? {} : { states: state }),
      });
      const last = runs.at(-1);
      return {
        status: 200,
        body: { runs, next: runs.length < limit || last === undefined ? null : last.runId },
      };
    },
  }),
  route({
    method: 'GET',
    path: '/runs/:id',
    operation: 'readRun',
    summary: 'A run: its state, and its output or error once it ended.',
    answers: { 200: { description: 'The run.', schema: () => run } },
    handle: async ({ engine, params }) => ({ status: 200, body: await engine.runs.get(params.id) }),
  }),
  route({
    method: 'GET',
    path: '/runs/:id/events',
    operation: 'readRunEvents',
    summary: 'Stored events of a run, oldest first.',
    query: {
      after: integer(0, maxIndex, 'Only events with a higher index. Default: 0.'),
      limit: integer(1, 1000, 'At most so many. Default: 1000.'),
      types: list(storedTypes, 'Only events of these types.'),
    },
    answers: {
      200: {
        description: 'A page of events; the next page comes after `nextAfter`.',
        schema: () =>
          objectOf({
            runId: { type: 'string' },
            events: { type: 'array', items: event },
            nextAfter: { type: 'integer', minimum: 0 },
          }),
      },
    },
    handle: async ({ engine, params, query }) => ({
      status: 200,
      body: { runId: params.id, ...(await page(engine, params.id, query)) },
    }),
  }),
  route({
    method: 'GET',
    path: '/runs/:id/stream',
    operation: 'streamRun',
    summary:
      'Stored events of a run, then live ones, until it ends. 204 when the caller has seen the end already.',
    streams: 'always',
    query: {
      after: integer(0, maxIndex, 'Only events with a higher index; beats `Last-Event-ID`. Default: 0.'),
    },
    answers: {
      200: { description: 'The events.' },
      204: { description: 'There is nothing after that event.' },
    },
    async handle({ engine, params, query, lastEventId, signal }) {
      const after = query.after ?? readLastEventId(lastEventId);
      const { state } = await engine.runs.get(params.id);
      if (isTerminal(state) && (await isOver(engine, params.id, after))) return { status: 204 };
      return { events: engine.runs.subscribe(params.id, { after, signal }) };
    },
  }),
  route({
    method: 'POST',
    path: '/runs/:id/cancel',
    operation: 'cancelRun',
    summary: 'Asks a run to stop.',
    body: () => ({ schema: emptySchema, required: false }),
    answers: {
      200: {
        description: '`cancelled` is false when the run had ended.',
        schema: () => objectOf({ cancelled: { type: 'boolean' } }),
      },
    },
    async handle({ engine, params, body }) {
      readEmpty(body, 'the body');
      return { status: 200, body: { cancelled: await engine.runs.cancel(params.id) } };
    },
  }),
];

async function page(
  engine: Engine,
  runId: string,
  {
    after = 0,
    limit = 1000,
    types,
  }: { readonly after?: number; readonly limit?: number; readonly types?: readonly string[] },
): Promise<{ readonly events: readonly EngineEvent[]; readonly nextAfter: number }> {
  const events: EngineEvent[] = [];
  let nextAfter = after;
  for (;;) {
    const stored = await engine.runs.events(runId, {
      after: nextAfter,
      limit: types === undefined ? limit : 1000,
    });
    for (const one of stored) {
      nextAfter = one.index;
      if (types === undefined || types.includes(one.type)) events.push(one);
      if (events.length === limit) return { events, nextAfter };
    }
    if (types === undefined || stored.length < 1000) return { events, nextAfter };
  }
}

/** Whether a caller that has seen the events up to an index has seen the last one. */
async function isOver(engine: Engine, runId: string, after: number): Promise<boolean> {
  const [next] = await engine.runs.events(runId, { after, limit: 1 });
  if (next !== undefined || after === 0) return false;
  const [seen] = await engine.runs.events(runId, { after: after - 1, limit: 1 });
  if (seen === undefined) throw new Problem('invalid_request', `run "${runId}" has no event ${after}`);
  return seen.type === 'run_end';
}

function readLastEventId(id: string | undefined): number {
  if (id === undefined || id === '') return 0;
  if (/^\d{1,15}$/.test(id)) return Number(id);
  throw new Problem('invalid_request', `"Last-Event-ID" must be the index of an event, got "${id}"`);
}
