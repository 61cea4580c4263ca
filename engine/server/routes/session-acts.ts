import { Problem } from '../../core/problem.ts';
import { objectReader } from '../requests/read-object.ts';
import { route, type Route } from '../route.ts';
import { at } from '../openapi/shape.ts';
import { answerCodes, refusalCodes } from './agent-codes.ts';
import { sessionLocation } from './locations.ts';

const forkSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['session'],
  properties: {
    session: { type: 'string', minLength: 1, description: 'Name of the new conversation.' },
    at: { type: 'string', description: 'Id of the last entry that it gets. Default: all.' },
  },
} as const;

const compactSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    instructions: { type: 'string', description: 'What the summary shall pay attention to.' },
    keepTokens: {
      type: 'integer',
      minimum: 0,
      description: 'Tokens of the newest messages that stay as they are. Default: what the agent says.',
    },
    model: { type: 'string', description: 'Who writes the summary. Default: what the agent says.' },
  },
} as const;

const readFork = objectReader(forkSchema);
const readCompact = objectReader(compactSchema);

/** What is done with conversations as a whole. */
export const sessionActRoutes: readonly Route[] = [
  route({
    method: 'PUT',
    path: '/agents/:name/:id/sessions/:session',
    operation: 'createSession',
    access: 'agents',
    summary: 'Makes sure that there is a conversation of this name, if only an empty one.',
    throws: ['agent_not_found'],
    answers: {
      200: { description: 'There was one.', schema: () => at('SessionMade') },
      201: { description: 'It is new.', schema: () => at('SessionMade'), headers: ['Location'] },
    },
    async handle({ engine, params: { name, id, session } }) {
      const body = { agent: name, instance: id, session };
      try {
        await engine.agents.sessions(name, id).create(session);
      } catch (thrown) {
        if (!(thrown instanceof Problem) || thrown.code !== 'conflict') throw thrown;
        return { status: 200, body };
      }
      return { status: 201, body, headers: { Location: sessionLocation(name, id, session) } };
    },
  }),
  route({
    method: 'POST',
    path: '/agents/:name/:id/sessions/:session/fork',
    operation: 'forkSession',
    access: 'agents',
    summary: 'Makes a conversation of the same instance with the history of this one, or a first part of it.',
    throws: ['agent_not_found', 'session_not_found', 'conflict'],
    body: () => ({ schema: forkSchema, required: true }),
    answers: {
      201: { description: 'It is there.', schema: () => at('SessionMade'), headers: ['Location'] },
    },
    async handle({ engine, params: { name, id, session }, body }) {
      const { session: target, at: entry } = readFork(body, 'the body') as {
        readonly session: string;
        readonly at?: string;
      };
      const from = await engine.agents.sessions(name, id).get(session);
      await from.fork(target, entry === undefined ? {} : { at: entry });
      return {
        status: 201,
        body: { agent: name, instance: id, session: target },
        headers: { Location: sessionLocation(name, id, target) },
      };
    },
  }),
  route({
    method: 'POST',
    path: '/agents/:name/:id/sessions/:session/import',
    operation: 'importSession',
    access: 'agents',
    summary: 'Makes a conversation of the lines of an exported one, whole or not at all.',
    throws: ['agent_not_found', 'conflict', 'invalid_input'],
    takes: 'lines',
    answers: {
      201: { description: 'It is there.', schema: () => at('SessionMade'), headers: ['Location'] },
    },
    async handle({ engine, params: { name, id, session }, lines }) {
      await engine.agents.sessions(name, id).import(session, lines);
      return {
        status: 201,
        body: { agent: name, instance: id, session },
        headers: { Location: sessionLocation(name, id, session) },
      };
    },
  }),
  route({
    method: 'POST',
    path: '/agents/:name/:id/sessions/:session/compact',
    operation: 'compactSession',
    access: 'agents',
    summary: 'Leaves out old messages of what the model sees, for a summary of them. The history keeps them.',
    waits: true,
    isIdempotent: true,
    throws: ['session_not_found', ...refusalCodes, ...answerCodes],
    body: () => ({ schema: compactSchema, required: false }),
    answers: {
      200: {
        description: '`compacted` is false when there was nothing to leave out.',
        schema: () => at('CompactResult'),
      },
    },
    async handle({ engine, params: { name, id, session }, body, idempotencyKey }) {
      const options = readCompact(body, 'the body') as {
        readonly instructions?: string;
        readonly keepTokens?: number;
        readonly model?: string;
      };
      const conversation = await engine.agents.sessions(name, id).get(session);
      const done = await conversation.compact({
        ...options,
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
      return { status: 200, body: done };
    },
  }),
];
