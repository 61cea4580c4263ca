import type { RunRecord } from '../../api.ts';
import { executionStates } from '../../core/status.ts';
import { boundedPage, listReader } from '../answers/bounded-page.ts';
import { eventPage, isOver, pageQuery, readLastEventId, streamQuery } from '../answers/event-page.ts';
import { integer, list, text, time } from '../requests/parameters.ts';
import { ownOnly } from '../auth/own-only.ts';
import { refuseUnlistedNames } from '../auth/unlisted.ts';
import { route, type Route } from '../route.ts';
import { at, listOf, objectOf } from '../openapi/shape.ts';
import { events } from '../openapi/event-data.ts';

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
      state: list(executionStates, 'Only runs in these states.'),
      since: time('Only runs accepted then or later.'),
      limit: integer(1, 1000, 'At most so many. Default: 100.'),
      before: text('Only runs older than this run; the `next` of the page before.'),
    },
    throws: ['run_not_found', 'workflow_not_found'],
    answers: {
      200: {
        description: 'A page of runs; `next` is null on the last page.',
        schema: () => objectOf({ runs: listOf(at('Run')), next: { type: ['string', 'null'] } }),
      },
    },
    async handle({ engine, caller, query: { state, ...filter } }) {
      await refuseUnlistedNames(engine, caller, filter);
      const { limit = 100, before: from, ...rest } = filter;
      const idOf = ({ runId }: RunRecord): string => runId;
      const { items: runs, next } = await boundedPage({
        ...{ limit, from, idOf },
        read: listReader(idOf, (page) =>
          engine.runs.list({
            ...{ ...ownOnly(caller), ...rest, ...page },
            ...(state === undefined ? {} : { states: state }),
          }),
        ),
      });
      return { status: 200, body: { runs, next } };
    },
  }),
  route({
    method: 'GET',
    path: '/runs/:id',
    operation: 'readRun',
    access: 'runs',
    summary: 'A run: its state, and its output or error once it ended.',
    throws: ['run_not_found'],
    answers: { 200: { description: 'The run.', schema: () => at('Run') } },
    handle: async ({ engine, params }) => ({ status: 200, body: await engine.runs.get(params.id) }),
  }),
  route({
    method: 'GET',
    path: '/runs/:id/events',
    operation: 'readRunEvents',
    access: 'runs',
    summary: 'Stored events of a run, oldest first.',
    query: pageQuery,
    throws: ['run_not_found'],
    answers: {
      200: {
        description: 'A page of events; the next page comes after `nextAfter`.',
        schema: () =>
          objectOf({
            runId: { type: 'string' },
            events,
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
    throws: ['run_not_found'],
    answers: {
      200: { description: 'The events.' },
      204: { description: 'There is nothing after that event.' },
    },
    async handle({ engine, params, query, lastEventId, signal }) {
      const after = query.after ?? readLastEventId(lastEventId);
      const read = (page: { after: number; limit: number }) => engine.runs.events(params.id, page);
      await engine.runs.get(params.id);
      if (await isOver(read, after, 'run_end', `run "${params.id}"`)) return { status: 204 };
      return { events: engine.runs.subscribe(params.id, { after, signal }) };
    },
  }),
];
