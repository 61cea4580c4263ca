import type { DeliveryOutcome } from '../../api.ts';
import { refuseNarrow } from '../auth/own-only.ts';
import { route, type Route } from '../route.ts';

const counts = {
  type: 'object',
  properties: {
    ...{ name: { type: 'string' }, description: { type: 'string' }, agent: { type: 'string' } },
    scheme: { type: 'string' },
    accepted: { type: 'integer', description: 'With those that had been accepted before.' },
    repeated: { type: 'integer' },
    handshakes: { type: 'integer' },
    dropped: { type: 'object', additionalProperties: { type: 'integer' } },
    refused: { type: 'integer', description: 'Not signed as they must be.' },
    lastFailure: {
      type: 'object',
      required: ['at', 'message'],
      properties: { at: { type: 'string', format: 'date-time' }, message: { type: 'string' } },
    },
  },
  required: ['name', 'agent', 'scheme', 'accepted', 'repeated', 'handshakes', 'dropped', 'refused'],
};

/** Webhooks of other services. */
export const channelRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/channels',
    operation: 'listChannels',
    access: 'admin',
    summary: 'The channels, with what came to each since the engine started.',
    answers: {
      200: {
        description: 'Channels by name.',
        schema: () => ({
          type: 'object',
          required: ['channels'],
          properties: { channels: { type: 'array', items: counts } },
        }),
      },
    },
    async handle({ engine, caller }) {
      refuseNarrow(caller);
      return Promise.resolve({ status: 200, body: { channels: engine.channels.list() } });
    },
  }),
  route({
    method: 'POST',
    path: '/channels/:name',
    operation: 'receiveDelivery',
    // Who sends is shown by the signature, which is checked before anything else.
    access: 'public',
    summary: 'Takes a signed webhook of the service that the channel is for, and hands it to its agent.',
    throws: ['not_found', 'unauthorized', 'invalid_json', 'payload_too_large', 'session_busy'],
    takes: 'delivery',
    answers: {
      200: {
        description: 'What the service is answered; also to deliveries that are dropped, and to questions.',
        schema: () => ({}),
        gives: 'text',
      },
      202: {
        description: 'The delivery is stored and will be carried through.',
        schema: () => ({}),
        gives: 'text',
      },
    },
    async handle({ engine, params, delivery }) {
      const { status, headers, body, outcome } = await engine.channels.receive(params.name, await delivery());
      const note = noteOf(outcome);
      if (body === undefined) return { status, text: '', headers, note };
      return typeof body === 'string'
        ? { status, text: body, headers, note }
        : { status, headers, body: body ?? {}, note };
    },
  }),
];

function noteOf(outcome: DeliveryOutcome): string {
  if (outcome.kind === 'dropped') return `dropped: ${outcome.reason}`;
  if (outcome.kind === 'handshake') return 'handshake';
  return `${outcome.isRepeated ? 'repeated' : 'accepted'}: ${outcome.submissionId}`;
}
