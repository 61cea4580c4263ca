import type { PromptResult } from '../../api.ts';
import { Problem } from '../../core/problem.ts';
import { promptSchema, readPrompt } from '../requests/prompt-body.ts';
import { objectReader } from '../requests/read-object.ts';
import { route, type Route } from '../route.ts';
import { at, flag, objectOf } from '../openapi/shape.ts';
import { promptComponent, resultComponent } from '../openapi/project-components.ts';
import { word } from '../requests/parameters.ts';
import { answerCodes, refusalCodes } from './agent-codes.ts';
import { submissionLocation } from './locations.ts';

const abortSchema = {
  type: 'object',
  additionalProperties: false,
  properties: { session: { type: 'string', description: 'Default: `default`.' } },
} as const;

const readAbort = objectReader(abortSchema);

/** What happens to work when its caller leaves before the answer. */
export const onDisconnect = word(
  ['continue', 'cancel'],
  'What happens when the caller leaves before the answer. Default: continue.',
);

/** Talking to agents. */
export const promptRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/agents/:name/:id',
    operation: 'promptAgent',
    access: 'agents',
    summary:
      'Sends a message to an instance of an agent and answers with what it says. It is carried on when the caller leaves.',
    each: 'agent',
    streams: 'optional',
    waits: true,
    isIdempotent: true,
    mayRespondAsync: true,
    throws: [...refusalCodes, ...answerCodes],
    query: { onDisconnect },
    body: (name, engine) => ({ required: true, schema: promptComponent(name, engine) }),
    answers: {
      200: { description: 'The answer.', schema: (name, engine) => resultComponent(name, engine) },
      202: {
        description: 'With `Prefer: respond-async`: the message is stored and will be carried through.',
        schema: () => at('SubmissionReceipt'),
        headers: ['Location', 'Preference-Applied'],
      },
    },
    async handle(call) {
      const { engine, params, query, body, wantsEvents, prefersAsync, idempotencyKey } = call;
      const { message, session, options: asked } = readPrompt(body);
      const options = {
        ...asked,
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        ...(query.onDisconnect === 'cancel' ? { signal: call.left } : {}),
      };
      const conversation = engine.agents.session(params.name, params.id, session);
      if (prefersAsync && !wantsEvents) {
        if (query.onDisconnect === 'cancel')
          throw new Problem(
            'invalid_request',
            'use either "onDisconnect=cancel" or the header "Prefer: respond-async"',
          );
        const { submissionId, acceptedAt, result } = await conversation.send(message, options);
        result.catch(() => undefined);
        return {
          status: 202,
          body: { submissionId, acceptedAt },
          headers: { Location: submissionLocation(submissionId), 'Preference-Applied': 'respond-async' },
        };
      }
      if (wantsEvents) {
        const sent = await conversation.send(message, options);
        sent.result.catch(() => undefined);
        return {
          events: sent.events({ signal: call.signal }),
          headers: { Location: submissionLocation(sent.submissionId) },
        };
      }
      return { status: 200, body: { result: resultOf(await conversation.prompt(message, options)) } };
    },
  }),
  route({
    method: 'POST',
    path: '/agents/:name/:id/abort',
    operation: 'abortSession',
    access: 'agents',
    summary: 'Ends the running prompt of a conversation and refuses the waiting ones.',
    throws: ['agent_not_found'],
    body: () => ({ schema: abortSchema, required: false }),
    answers: {
      200: {
        description: '`aborted` is false when nothing ran.',
        schema: () => objectOf({ aborted: flag }),
      },
    },
    async handle({ engine, params, body }) {
      const { session } = readAbort(body, 'the body');
      const conversation = engine.agents.session(params.name, params.id, session as string | undefined);
      return {
        status: 200,
        body: { aborted: await conversation.abort('the session was aborted by a request') },
      };
    },
  }),
];

/** What a caller may send besides what it wants done; the same for prompts, skills and tasks. */
export const { session: sessionSchema, role, model, thinking, images, result } = promptSchema.properties;

/** The part of a prompt's result that callers see. */
export function resultOf({
  text,
  output,
  usage,
  model: answeredBy,
  submissionId,
  attempts,
  typed,
}: PromptResult): PromptResult {
  return {
    ...{ text, output, usage, model: answeredBy, submissionId, attempts },
    ...(typed === undefined ? {} : { typed }),
  };
}
