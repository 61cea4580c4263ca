import { isTerminal } from '../../core/status.ts';
import { eventPage, isOver, pageQuery, readLastEventId, streamQuery } from '../event-page.ts';
import { promptSchema, readPrompt } from '../prompt-body.ts';
import { objectReader } from '../read-object.ts';
import { objectOf, route, type Route } from '../route.ts';
import { event, submission } from './schemas.ts';

const emptySchema = { type: 'object', additionalProperties: false, properties: {} } as const;

const readEmpty = objectReader(emptySchema);

/** Messages to agents that nobody waits for here. */
export const submissionRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/agents/:name/:id/dispatch',
    operation: 'dispatchToAgent',
    access: 'agents',
    summary: 'Hands a message to an instance of an agent and does not wait for its answer.',
    each: 'agent',
    isIdempotent: true,
    body: (name, engine) => {
      const input = name === undefined ? undefined : engine.program.agents[name]?.inputSchema;
      const properties = { ...promptSchema.properties, ...(input === undefined ? {} : { input }) };
      return { required: true, schema: { ...promptSchema, properties } };
    },
    answers: {
      202: {
        description: 'The message is stored and will be carried through; `Location` says where to follow it.',
        schema: () =>
          objectOf({
            submissionId: { type: 'string' },
            acceptedAt: { type: 'string', format: 'date-time' },
          }),
      },
    },
    async handle({ engine, params, body, idempotencyKey }) {
      const { message, session, options } = readPrompt(body);
      const receipt = await engine.dispatch(params.name, {
        ...options,
        message,
        instance: params.id,
        ...(session === undefined ? {} : { session }),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
      const headers = { Location: `/submissions/${receipt.submissionId}` };
      return { status: 202, body: receipt, headers };
    },
  }),
  route({
    method: 'GET',
    path: '/submissions/:id',
    operation: 'readSubmission',
    access: 'agents',
    summary:
      'A message to an agent: its state and place in the queue, and its answer or error once it ended.',
    answers: { 200: { description: 'The submission.', schema: () => submission } },
    handle: async ({ engine, params }) => ({ status: 200, body: await engine.submissions.get(params.id) }),
  }),
  route({
    method: 'GET',
    path: '/submissions/:id/events',
    operation: 'readSubmissionEvents',
    access: 'agents',
    summary: 'Stored events of a message, oldest first.',
    query: pageQuery,
    answers: {
      200: {
        description: 'A page of events; the next page comes after `nextAfter`.',
        schema: () =>
          objectOf({
            submissionId: { type: 'string' },
            events: { type: 'array', items: event },
            nextAfter: { type: 'integer', minimum: 0 },
          }),
      },
    },
    handle: async ({ engine, params, query }) => ({
      status: 200,
      body: {
        submissionId: params.id,
        ...(await eventPage((page) => engine.submissions.events(params.id, page), query)),
      },
    }),
  }),
  route({
    method: 'GET',
    path: '/submissions/:id/stream',
    operation: 'streamSubmission',
    access: 'agents',
    summary:
      'Stored events of a message, then live ones, until it ends. 204 when the caller has seen the end already.',
    streams: 'always',
    query: streamQuery,
    answers: {
      200: { description: 'The events.' },
      204: { description: 'There is nothing after that event.' },
    },
    async handle({ engine, params, query, lastEventId, signal }) {
      const after = query.after ?? readLastEventId(lastEventId);
      const { state } = await engine.submissions.get(params.id);
      const read = (page: { after: number; limit: number }) => engine.submissions.events(params.id, page);
      if (isTerminal(state) && (await isOver(read, after, 'submission_end', `submission "${params.id}"`)))
        return { status: 204 };
      return { events: engine.submissions.subscribe(params.id, { after, signal }) };
    },
  }),
  route({
    method: 'POST',
    path: '/submissions/:id/abort',
    operation: 'abortSubmission',
    access: 'agents',
    summary: 'Ends a message that waits or is at work.',
    body: () => ({ schema: emptySchema, required: false }),
    answers: {
      200: {
        description: '`aborted` is false when it had ended.',
        schema: () => objectOf({ aborted: { type: 'boolean' } }),
      },
    },
    async handle({ engine, params, body }) {
      readEmpty(body, 'the body');
      const aborted = await engine.submissions.abort(params.id, 'the submission was aborted by a request');
      return { status: 200, body: { aborted } };
    },
  }),
];
