import type { PromptResult } from '../../api.ts';
import type { JsonSchema } from '../../core/json.ts';
import { promptSchema, readPrompt } from '../prompt-body.ts';
import { objectReader } from '../read-object.ts';
import { objectOf, route, type Route } from '../route.ts';
import { primed } from '../sse.ts';
import { usage } from './schemas.ts';

const abortSchema = {
  type: 'object',
  additionalProperties: false,
  properties: { session: { type: 'string', description: 'Default: `default`.' } },
} as const;

const readAbort = objectReader(abortSchema);

/** Talking to agents. */
export const agentRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/agents',
    operation: 'listAgents',
    access: 'signed-in',
    summary: 'The agents that are served.',
    answers: {
      200: {
        description: 'Agents by name.',
        schema: () => objectOf({ agents: { type: 'array', items: listed } }),
      },
    },
    handle: ({ engine }) =>
      Promise.resolve({
        status: 200,
        body: {
          agents: Object.values(engine.program.agents).map(
            ({ name, description, inputSchema, outputSchema }) => ({
              name,
              description,
              inputSchema,
              outputSchema,
            }),
          ),
        },
      }),
  }),
  route({
    method: 'POST',
    path: '/agents/:name/:id',
    operation: 'promptAgent',
    access: 'agents',
    summary:
      'Sends a message to an instance of an agent and answers with what it says. It is carried on when the caller leaves.',
    each: 'agent',
    streams: 'optional',
    isIdempotent: true,
    body: (name, engine) => {
      const input = name === undefined ? undefined : engine.program.agents[name]?.inputSchema;
      return {
        required: true,
        schema:
          input === undefined
            ? promptSchema
            : { ...promptSchema, properties: { ...promptSchema.properties, input } },
      };
    },
    answers: {
      200: {
        description: 'The answer.',
        schema: (name, engine) =>
          objectOf({
            result: resultSchema(name === undefined ? undefined : engine.program.agents[name]?.outputSchema),
          }),
      },
    },
    async handle({ engine, params, body, wantsEvents, idempotencyKey }) {
      const { message, session, options: asked } = readPrompt(body);
      const options = { ...asked, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) };
      const conversation = engine.agents.session(params.name, params.id, session);
      if (wantsEvents) return { events: await primed(conversation.stream(message, options)) };
      return { status: 200, body: { result: resultOf(await conversation.prompt(message, options)) } };
    },
  }),
  route({
    method: 'GET',
    path: '/agents/:name/:id/sessions/:session',
    operation: 'readHistory',
    access: 'agents',
    summary: 'The messages of a conversation, oldest first; empty when nothing was said yet.',
    answers: {
      200: {
        description: 'The messages.',
        schema: () => objectOf({ messages: { type: 'array', items: { type: 'object' } } }),
      },
    },
    handle: async ({ engine, params }) => ({
      status: 200,
      body: { messages: await engine.agents.session(params.name, params.id, params.session).history() },
    }),
  }),
  route({
    method: 'POST',
    path: '/agents/:name/:id/abort',
    operation: 'abortSession',
    access: 'agents',
    summary: 'Ends the running prompt of a conversation and refuses the waiting ones.',
    body: () => ({ schema: abortSchema, required: false }),
    answers: {
      200: {
        description: '`aborted` is false when nothing ran.',
        schema: () => objectOf({ aborted: { type: 'boolean' } }),
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

const listed = objectOf(
  { name: { type: 'string' }, description: { type: 'string' }, inputSchema: {}, outputSchema: {} },
  ['inputSchema', 'outputSchema'],
);

function resultSchema(output: JsonSchema = {}): JsonSchema {
  return objectOf(
    {
      text: { type: 'string' },
      output,
      usage,
      model: { type: 'string' },
      submissionId: { type: 'string' },
      attempts: { type: 'integer', minimum: 1 },
      typed,
    },
    ['typed'],
  );
}

/** How a typed result came about. */
const typed = objectOf(
  {
    strategy: { enum: ['native', 'tools', 'text'] },
    reason: { type: 'string' },
    attempts: { type: 'integer', minimum: 1 },
    faults: { type: 'array', items: { type: 'string' } },
  },
  ['reason'],
);

/** The part of a prompt's result that callers see. */
export function resultOf({
  text,
  output,
  usage: used,
  model,
  submissionId,
  attempts,
  typed: report,
}: PromptResult): PromptResult {
  return {
    ...{ text, output, usage: used, model, submissionId, attempts },
    ...(report === undefined ? {} : { typed: report }),
  };
}
