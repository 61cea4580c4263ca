import { objectReader } from '../requests/read-object.ts';
import { route, type Route } from '../route.ts';
import { at } from '../openapi/shape.ts';
import type { SkillOptions, TaskOptions } from '../../api.ts';
import { answerCodes, refusalCodes } from './agent-codes.ts';
import { images, model, onDisconnect, result, resultOf, role, sessionSchema, thinking } from './prompts.ts';

const skillSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    args: { description: 'What the skill shall be done with.' },
    session: sessionSchema,
    ...{ role, model, thinking, images, result },
  },
} as const;

const taskSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['prompt'],
  properties: {
    prompt: { type: 'string', minLength: 1, description: 'The piece of work.' },
    agent: { type: 'string', description: 'A subagent of the agent. Default: the agent itself.' },
    description: { type: 'string', description: 'A few words for people who watch.' },
    cwd: { type: 'string', description: 'Folder of the workspace that it is about, and all it sees.' },
    input: { description: 'For a subagent with an input schema.' },
    session: sessionSchema,
    ...{ role, model, thinking, images, result },
  },
} as const;

const readSkill = objectReader(skillSchema);
const readTask = objectReader(taskSchema);

const answers = { 200: { description: 'The answer.', schema: () => at('Answer') } };

/** Work of agents that is no plain message. */
export const workRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/agents/:name/:id/skills/:skill',
    operation: 'useSkill',
    access: 'agents',
    summary: 'Has an instance of an agent work by a skill, and answers with what it says.',
    waits: true,
    isIdempotent: true,
    throws: ['not_found', ...refusalCodes, ...answerCodes],
    query: { onDisconnect },
    body: () => ({ required: false, schema: skillSchema }),
    answers,
    async handle({ engine, params, query, body, idempotencyKey, left }) {
      const { session, ...asked } = readSkill(body, 'the body');
      const conversation = engine.agents.session(params.name, params.id, session as string | undefined);
      const options = {
        ...(asked as SkillOptions),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        ...(query.onDisconnect === 'cancel' ? { signal: left } : {}),
      };
      return { status: 200, body: { result: resultOf(await conversation.skill(params.skill, options)) } };
    },
  }),
  route({
    method: 'POST',
    path: '/agents/:name/:id/tasks',
    operation: 'startTask',
    access: 'agents',
    summary: 'Has a helper with an empty history do a piece of work for an instance of an agent.',
    waits: true,
    isIdempotent: true,
    throws: [...refusalCodes, ...answerCodes],
    query: { onDisconnect },
    body: () => ({ required: true, schema: taskSchema }),
    answers,
    async handle({ engine, params, query, body, idempotencyKey, left }) {
      const { session, prompt, ...asked } = readTask(body, 'the body');
      const conversation = engine.agents.session(params.name, params.id, session as string | undefined);
      const options = {
        ...(asked as TaskOptions),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        ...(query.onDisconnect === 'cancel' ? { signal: left } : {}),
      };
      return { status: 200, body: { result: resultOf(await conversation.task(String(prompt), options)) } };
    },
  }),
];
