import { nextOf } from '../../core/next-of.ts';
import type { DeleteOptions } from '../../api.ts';
import { integer, text, word, type Values } from '../requests/parameters.ts';
import { ownInstances } from '../auth/own-only.ts';
import { route, type Route } from '../route.ts';
import { at, listOf, objectOf } from '../openapi/shape.ts';

/** Pages of names. */
export const namePage = {
  limit: integer(1, 1000, 'At most so many. Default: 100.'),
  after: text('Only those behind this one; the `next` of the page before.'),
};

/** What is deleted besides. */
export const deleteQuery = {
  abort: word(
    ['true', 'false'],
    'End what works or waits there. Default: false, and work is refused with 409.',
  ),
  records: word(
    ['true', 'false'],
    'Also the records and events of what was asked. Default: false, they stay as long as `retention` says.',
  ),
};

/** The same for the engine. */
export function deletionOf({ abort, records }: Values<typeof deleteQuery>): DeleteOptions {
  return { abort: abort === 'true', records: records === 'true' };
}

/** The instances of agents. */
export const instanceRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/agents/:name/instances',
    operation: 'listInstances',
    access: 'agents',
    summary: 'The instances of an agent that have a session, by their ids.',
    query: namePage,
    throws: ['agent_not_found'],
    answers: {
      200: {
        description: 'A page of instances; `next` is null on the last page.',
        schema: () => objectOf({ instances: listOf(at('InstanceNote')), next: { type: ['string', 'null'] } }),
      },
    },
    async handle({ engine, caller, params, query: { limit = 100, after } }) {
      const instances = await ownInstances(engine, caller, params.name, {
        limit,
        ...(after === undefined ? {} : { after }),
      });
      const next = nextOf(instances, limit, ({ instance }) => instance);
      return { status: 200, body: { instances, next } };
    },
  }),
  route({
    method: 'DELETE',
    path: '/agents/:name/:id',
    operation: 'deleteInstance',
    access: 'agents',
    summary: 'Removes all conversations of an instance, and its files.',
    each: 'agent',
    query: deleteQuery,
    throws: ['agent_not_found', 'session_not_found', 'session_busy'],
    answers: { 204: { description: 'It is gone.' } },
    async handle({ engine, params, query }) {
      await engine.agents.delete(params.name, params.id, deletionOf(query));
      return { status: 204 };
    },
  }),
];
