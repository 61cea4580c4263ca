import { objectOf, route, type Route } from '../../server/index.ts';
import { devNotices } from './dev-notices.ts';
import { devStatus, type DevState } from './dev-state.ts';

/** What only `engine dev` serves. */
export function devRoutes(state: DevState): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: statusPath,
      operation: 'devStatus',
      // It names what is at work, whoever asked for it.
      access: 'admin',
      summary: 'What is served, and what is wrong with the project as it stands in its folder.',
      answers: {
        200: {
          description: 'The state of the project.',
          schema: () => objectOf({ ok: { type: 'boolean' } }),
        },
      },
      handle: async ({ engine }) => ({ status: 200, body: await devStatus(state, engine) }),
    }),
    route({
      method: 'GET',
      path: streamPath,
      operation: 'followDevStatus',
      access: 'admin',
      summary: 'The same, and what becomes of it as the project is written.',
      streams: 'always',
      answers: { 200: { description: 'The state, then findings and reloads as they come.' } },
      handle: ({ engine, signal }) => Promise.resolve({ events: devNotices(state, engine, signal) }),
    }),
  ];
}

/** Where the state of the project is told. */
export const statusPath = '/__engine/status';

/** Where what becomes of it is told. */
export const streamPath = '/__engine/stream';
