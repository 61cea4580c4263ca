import { nextOf } from '../../core/next-of.ts';
import { callbackStates } from '../../core/records/callback.ts';
import { refuseNarrow } from '../auth/own-only.ts';
import { at, listOf, objectOf } from '../openapi/shape.ts';
import { integer, list, text } from '../requests/parameters.ts';
import { route, type Route } from '../route.ts';
import { emptyBody, readEmpty } from './empty-body.ts';

/** What was told to addresses outside, and is to be. */
export const callbackRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/callbacks',
    operation: 'listCallbacks',
    access: 'admin',
    summary: 'Deliveries to callbacks, newest first; those that were given up with `state=failed`.',
    query: {
      callback: text('Only to this callback.'),
      state: list(callbackStates, 'Only those in these states.'),
      limit: integer(1, 1000, 'At most so many. Default: 100.'),
      before: text('Only what was made before this one; the `next` of the page before.'),
    },
    throws: ['not_found'],
    answers: {
      200: {
        description: 'A page of deliveries; `next` is null on the last page.',
        schema: () =>
          objectOf({ callbacks: listOf(at('CallbackDelivery')), next: { type: ['string', 'null'] } }),
      },
    },
    async handle({ engine, caller, query: { state, limit = 100, ...filter } }) {
      refuseNarrow(caller);
      const callbacks = await engine.callbacks.list({
        ...filter,
        limit,
        ...(state === undefined ? {} : { states: state }),
      });
      const next = nextOf(callbacks, limit, ({ id }) => id);
      return { status: 200, body: { callbacks, next } };
    },
  }),
  route({
    method: 'GET',
    path: '/callbacks/:id',
    operation: 'readCallback',
    access: 'admin',
    summary: 'A delivery to a callback: what is sent, and what came of each attempt.',
    throws: ['not_found'],
    answers: {
      200: { description: 'The delivery.', schema: () => at('CallbackDetails') },
    },
    async handle({ engine, caller, params }) {
      refuseNarrow(caller);
      return { status: 200, body: await engine.callbacks.get(params.id) };
    },
  }),
  route({
    method: 'POST',
    path: '/callbacks/:id/redeliver',
    operation: 'redeliverCallback',
    access: 'admin',
    summary: 'Delivers once more, with the same id and body, what was given up, waits, or was taken.',
    throws: ['not_found', 'conflict'],
    body: emptyBody,
    answers: {
      202: { description: 'It is stored, and about to be sent.', schema: () => at('CallbackDelivery') },
    },
    async handle({ engine, caller, params, body }) {
      refuseNarrow(caller);
      readEmpty(body, 'the body');
      return { status: 202, body: await engine.callbacks.redeliver(params.id) };
    },
  }),
];
