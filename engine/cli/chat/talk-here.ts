import type { Engine } from '../../api.ts';
import { askerOf } from '../questions/how-to-answer.ts';
import type { Talk } from './talk.ts';

/** A talk with an agent of an engine in this process. Throws Problem `agent_not_found`. */
export function talkHere(engine: Engine, agent: string, instance: string): Talk {
  const { agents, approvals } = engine;
  agents.session(agent, instance);
  return {
    agent,
    instance,
    async *ask(message, { session, ...how }, signal) {
      const sent = await agents.session(agent, instance, session).send(message, { ...how, signal });
      // It is told by whom it is awaited.
      sent.result.catch(() => undefined);
      yield* sent.events();
      await sent.result;
    },
    history: (session) => agents.session(agent, instance, session).history(),
    sessions: () => agents.sessions(agent, instance).list(),
    compact: (session) => agents.session(agent, instance, session).compact(),
    abort: (session) => agents.session(agent, instance, session).abort(),
    about() {
      const found = engine.program.agents[agent];
      if (found === undefined) return Promise.resolve({ tools: [], skills: [], subagents: [] });
      const { roles, settings, providers, scripts } = engine.program;
      const { model, builtins, tools, mcpTools, skills, subagents } = found;
      return Promise.resolve({
        ...(typeof model === 'object' ? { model: `${model.provider}/${model.id}` } : {}),
        roles: Object.keys(roles),
        models: {
          aliases: Object.keys(settings.models),
          providers: Object.keys(providers),
          scripts: Object.keys(scripts),
        },
        tools: [...builtins, ...tools.map(({ name }) => name), ...(mcpTools ?? [])],
        skills: skills.map(({ name }) => name),
        subagents,
      });
    },
    questions: (submissionId) => approvals.list({ submissionId }),
    answer: (question, answer) => approvals.resolve(askerOf(question), question.step, answer),
  };
}
