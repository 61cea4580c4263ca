import type { SubmissionRecord } from '../../api.ts';
import { executionStates } from '../../core/status.ts';
import { boundedPage, listReader } from '../answers/bounded-page.ts';
import { eventPage, isOver, pageQuery, readLastEventId, streamQuery } from '../answers/event-page.ts';
import { readPrompt } from '../requests/prompt-body.ts';
import { ownOnly } from '../auth/own-only.ts';
import { refuseUnlistedNames } from '../auth/unlisted.ts';
import { route, type Route } from '../route.ts';
import { at, flag, listOf, objectOf, text as anyText } from '../openapi/shape.ts';
import { events } from '../openapi/event-data.ts';
import { promptComponent } from '../openapi/project-components.ts';
import { integer, list, text, time } from '../requests/parameters.ts';
import { refusalCodes } from './agent-codes.ts';
import { emptyBody, readEmpty } from './empty-body.ts';
import { submissionLocation } from './locations.ts';

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
    throws: [...refusalCodes, 'sandbox_denied', 'sandbox_failed'],
    body: (name, engine) => ({ required: true, schema: promptComponent(name, engine) }),
    answers: {
      202: {
        description: 'The message is stored and will be carried through; `Location` says where to follow it.',
        schema: () => at('SubmissionReceipt'),
        headers: ['Location'],
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
      const headers = { Location: submissionLocation(receipt.submissionId) };
      return { status: 202, body: receipt, headers };
    },
  }),
  route({
    method: 'GET',
    path: '/submissions',
    operation: 'listSubmissions',
    access: 'agents',
    summary: 'Messages to agents, newest first.',
    query: {
      agent: text('Only to this agent.'),
      instance: text('Only to this instance of the agent.'),
      session: text('Only in this conversation of the instance.'),
      state: list(executionStates, 'Only those in these states.'),
      since: time('Only what was accepted then or later.'),
      limit: integer(1, 1000, 'At most so many. Default: 100.'),
      before: text('Only what was accepted before this one; the `next` of the page before.'),
    },
    throws: ['submission_not_found', 'agent_not_found'],
    answers: {
      200: {
        description: 'A page of submissions; `next` is null on the last page.',
        schema: () => objectOf({ submissions: listOf(at('Submission')), next: { type: ['string', 'null'] } }),
      },
    },
    async handle({ engine, caller, query: { state, ...filter } }) {
      await refuseUnlistedNames(engine, caller, filter);
      const { limit = 100, before: from, ...rest } = filter;
      const idOf = ({ submissionId }: SubmissionRecord): string => submissionId;
      const { items: submissions, next } = await boundedPage({
        ...{ limit, from, idOf },
        read: listReader(idOf, (page) =>
          engine.submissions.list({
            ...{ ...ownOnly(caller), ...rest, ...page },
            ...(state === undefined ? {} : { states: state }),
          }),
        ),
      });
      return { status: 200, body: { submissions, next } };
    },
  }),
  route({
    method: 'GET',
    path: '/submissions/:id',
    operation: 'readSubmission',
    access: 'agents',
    summary:
      'A message to an agent: its state and place in the queue, and its answer or error once it ended.',
    throws: ['submission_not_found'],
    answers: { 200: { description: 'The submission.', schema: () => at('Submission') } },
    handle: async ({ engine, params }) => ({ status: 200, body: await engine.submissions.get(params.id) }),
  }),
  route({
    method: 'GET',
    path: '/submissions/:id/events',
    operation: 'readSubmissionEvents',
    access: 'agents',
    summary: 'Stored events of a message, oldest first.',
    query: pageQuery,
    throws: ['submission_not_found'],
    answers: {
      200: {
        description: 'A page of events; the next page comes after `nextAfter`.',
        schema: () =>
          objectOf({
            submissionId: anyText,
            events,
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
    throws: ['submission_not_found'],
    answers: {
      200: { description: 'The events.' },
      204: { description: 'There is nothing after that event.' },
    },
    async handle({ engine, params, query, lastEventId, signal }) {
      const after = query.after ?? readLastEventId(lastEventId);
      const read = (page: { after: number; limit: number }) => engine.submissions.events(params.id, page);
      await engine.submissions.get(params.id);
      if (await isOver(read, after, 'submission_end', `submission "${params.id}"`)) return { status: 204 };
      return { events: engine.submissions.subscribe(params.id, { after, signal }) };
    },
  }),
  route({
    method: 'POST',
    path: '/submissions/:id/abort',
    operation: 'abortSubmission',
    access: 'agents',
    summary: 'Ends a message that waits or is at work.',
    body: emptyBody,
    throws: ['submission_not_found'],
    answers: {
      200: {
        description: '`aborted` is false when it had ended.',
        schema: () => objectOf({ aborted: flag }),
      },
    },
    async handle({ engine, params, body }) {
      readEmpty(body, 'the body');
      const aborted = await engine.submissions.abort(params.id, 'the submission was aborted by a request');
      return { status: 200, body: { aborted } };
    },
  }),
];
