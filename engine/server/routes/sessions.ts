import { nextOf } from '../../core/next-of.ts';
import type { SessionEntry } from '../../session/index.ts';
import { boundedPage, type ListPage } from '../answers/bounded-page.ts';
import { integer, text, word } from '../requests/parameters.ts';
import { route, type Route, type Call } from '../route.ts';
import { at, listOf, objectOf } from '../openapi/shape.ts';
import { deleteQuery, deletionOf, namePage } from './instances.ts';

const next = { type: ['string', 'null'] };

const entryPage = {
  order: word(['oldest', 'newest'], 'Which come first. Default: oldest.'),
  after: text('Only what comes behind this one, in that order; the `next` of the page before.'),
  limit: integer(1, 1000, 'At most so many. Default: 100.'),
};

/** Conversations: which there are, and what was said in them. */
export const sessionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/agents/:name/:id/sessions',
    operation: 'listSessions',
    access: 'agents',
    summary: 'The conversations of an instance by their names, those of tasks left out.',
    query: namePage,
    throws: ['agent_not_found'],
    answers: {
      200: {
        description: 'A page of conversations; `next` is null on the last page.',
        schema: () => objectOf({ sessions: listOf(at('SessionNote')), next }),
      },
    },
    async handle({ engine, params, query: { limit = 100, after } }) {
      const page = { limit, ...(after === undefined ? {} : { after }) };
      const sessions = await engine.agents.sessions(params.name, params.id).list(page);
      const behind = nextOf(sessions, limit, ({ session }) => session);
      return { status: 200, body: { sessions, next: behind } };
    },
  }),
  route({
    method: 'GET',
    path: '/agents/:name/:id/sessions/:session',
    operation: 'readHistory',
    access: 'agents',
    summary: 'The messages of a conversation; none when nothing was said yet.',
    query: { ...entryPage, limit: integer(1, 1000, 'At most so many entries. Default: 1000.') },
    throws: ['agent_not_found'],
    answers: {
      200: {
        description: 'A page of messages; `next` is null on the last page.',
        schema: () => objectOf({ messages: listOf(at('Message')), next }),
      },
    },
    async handle(call) {
      const { items: entries, next: behind } = await pageOf(call, 1000);
      const messages = entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message] : []));
      return { status: 200, body: { messages, next: behind } };
    },
  }),
  route({
    method: 'GET',
    path: '/agents/:name/:id/sessions/:session/entries',
    operation: 'readEntries',
    access: 'agents',
    summary: 'What is stored of a conversation, with ids, times and where each came from.',
    query: entryPage,
    throws: ['agent_not_found'],
    answers: {
      200: {
        description: 'A page of entries; `next` is null on the last page.',
        schema: () => objectOf({ entries: listOf(at('Entry')), next }),
      },
    },
    async handle(call) {
      const { items: entries, next: behind } = await pageOf(call, 100);
      return { status: 200, body: { entries, next: behind } };
    },
  }),
  route({
    method: 'GET',
    path: '/agents/:name/:id/sessions/:session/export',
    operation: 'exportSession',
    access: 'agents',
    summary: 'A conversation as lines of JSON, for import.',
    throws: ['agent_not_found', 'session_not_found'],
    answers: { 200: { description: 'The lines.', gives: 'lines' } },
    handle: ({ engine, params }) =>
      Promise.resolve({ lines: engine.agents.session(params.name, params.id, params.session).export() }),
  }),
  route({
    method: 'DELETE',
    path: '/agents/:name/:id/sessions/:session',
    operation: 'deleteSession',
    access: 'agents',
    summary: 'Removes a conversation and those of its tasks. Files belong to the instance, and stay.',
    query: deleteQuery,
    throws: ['agent_not_found', 'session_not_found', 'session_busy'],
    answers: { 204: { description: 'It is gone.' } },
    async handle({ engine, params, query }) {
      await engine.agents.sessions(params.name, params.id).delete(params.session, deletionOf(query));
      return { status: 204 };
    },
  }),
];

function pageOf(
  { engine, params, query: { after, limit, order } }: Call<'/:name/:id/:session', typeof entryPage>,
  most: number,
): Promise<ListPage<SessionEntry>> {
  const session = engine.agents.session(params.name, params.id, params.session);
  return boundedPage({
    ...{ limit: limit ?? most, from: after, idOf: ({ id }) => id },
    async read(behind, size) {
      const { entries, next: more = null } = await session.entries({
        limit: size,
        ...(behind === undefined ? {} : { after: behind }),
        ...(order === undefined ? {} : { order }),
      });
      return { items: entries, next: more };
    },
  });
}
