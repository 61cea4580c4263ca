import type { Agent } from '../../program/agent.ts';
import { builtinProviders } from '../../program/model-reference.ts';
import type { Program } from '../../program/program.ts';
import { at, listOf, objectOf } from '../openapi/shape.ts';
import { findNamed } from './find-named.ts';
import { shortOf } from './short-of.ts';
import { named } from '../auth/own-only.ts';
import { route, type Route } from '../route.ts';

/** What the agents are. */
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
        schema: () => objectOf({ agents: listOf(at('Listed')) }),
      },
    },
    handle: ({ engine, caller }) =>
      Promise.resolve({
        status: 200,
        body: { agents: named(engine.program.agents, caller.agents).map(shortOf) },
      }),
  }),
  route({
    method: 'GET',
    path: '/agents/:name',
    operation: 'readAgent',
    access: 'signed-in',
    summary:
      'One agent: its schemas, limits, model, the names of its tools and skills, and the roles and models that messages may name.',
    throws: ['agent_not_found'],
    answers: { 200: { description: 'The agent.', schema: () => at('Agent') } },
    handle: async ({ engine, params }) => {
      const agent = findNamed(engine.program.agents, params.name, 'agent');
      return Promise.resolve({ status: 200, body: describe(agent, engine.program) });
    },
  }),
];

function describe(agent: Agent, { roles, settings, providers, scripts }: Program): object {
  const { model, thinking, timeoutMs, limits, module } = agent;
  return {
    ...shortOf(agent),
    hash: agent.hash,
    ...(module === undefined ? {} : { code: true }),
    ...(typeof model === 'object' ? { model: `${model.provider}/${model.id}` } : {}),
    ...(thinking === undefined ? {} : { thinking }),
    tools: [...agent.builtins, ...agent.tools.map(({ name }) => name), ...(agent.mcpTools ?? [])],
    roles: Object.keys(roles),
    models: {
      aliases: Object.keys(settings.models),
      providers: [...new Set([...builtinProviders, ...Object.keys(providers)])],
      scripts: Object.keys(scripts),
    },
    skills: agent.skills.map(({ name }) => name),
    subagents: agent.subagents,
    mcpServers: Object.keys(agent.mcpServers),
    sandbox: agent.sandbox.type,
    harness: agent.harness,
    busy: agent.busy,
    queueLimit: agent.queueLimit,
    maxTurns: agent.maxTurns,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    limits,
  };
}
