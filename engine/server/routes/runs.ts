import { isTerminal } from '../../core/status.ts';
import { eventPage, isOver, pageQuery, readLastEventId, streamQuery } from '../event-page.ts';
import { integer, list, text } from '../parameters.ts';
import { objectOf, route, type Route } from '../route.ts';
import { event, run } from './schemas.ts';

const states = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled'] as const;

/** Following runs. */
export const runRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/runs',
    operation: 'listRuns',
    access: 'runs',
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
    access: 'runs',
    summary: 'A run: its state, and its output or error once it ended.',
    answers: { 200: { description: 'The run.', schema: () => run } },
    handle: async ({ engine, params }) => ({ status: 200, body: await engine.runs.get(params.id) }),
  }),
  route({
    method: 'GET',
    path: '/runs/:id/events',
    operation: 'readRunEvents',
    access: 'runs',
    summary: 'Stored events of a run, oldest first.',
    query: pageQuery,
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
      body: {
        runId: params.id,
        ...(await eventPage((page) => engine.runs.events(params.id, page), query)),
      },
    }),
  }),
  route({
    method: 'GET',
    path: '/runs/:id/stream',
    operation: 'streamRun',
    access: 'runs',
    summary:
      'Stored events of a run, then live ones, until it ends. 204 when the caller has seen the end already.',
    streams: 'always',
    query: streamQuery,
    answers: {
      200: { description: 'The events.' },
      204: { description: 'There is nothing after that event.' },
    },
    async handle({ engine, params, query, lastEventId, signal }) {
      const after = query.after ?? readLastEventId(lastEventId);
      const { state } = await engine.runs.get(params.id);
      const read = (page: { after: number; limit: number }) => engine.runs.events(params.id, page);
      if (isTerminal(state) && (await isOver(read, after, 'run_end', `run "${params.id}"`)))
        return { status: 204 };
      return { events: engine.runs.subscribe(params.id, { after, signal }) };
    },
  }),
];
