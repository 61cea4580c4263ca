import type { InstanceSessions } from '../api/sessions.ts';
import type { Engine } from '../api.ts';
import { callSubmission } from './call-submission.ts';
import { defaultSession } from '../core/ids.ts';
import { Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import { openSession } from './open-session.ts';
import type { Agent } from '../program/agent.ts';
import type { Program } from '../program/program.ts';
import { checkAddress, type SessionPorts, type Sessions } from '../session/index.ts';

/** The `agents` part of an engine. */
export function createAgents(ports: SessionPorts, sessions: Sessions): Engine['agents'] {
  return {
    session(name, instance, session = defaultSession) {
      findAgent(ports.program, name);
      const address = { agent: name, instance, session };
      checkAddress(address);
      return openSession(ports, sessions, (program) => findAgent(program, name), address);
    },
    sessions(name, instance) {
      findAgent(ports.program, name);
      checkAddress({ instance, session: defaultSession });
      const addressOf = (session: string): Parameters<typeof openSession>[3] => ({
        agent: name,
        instance,
        session,
      });
      const open = (session: string): ReturnType<typeof openSession> =>
        openSession(ports, sessions, (program) => findAgent(program, name), addressOf(session));
      const { kept } = sessions;
      return {
        list: (page = {}) => kept.list({ agent: name, instance }, page),
        async get(session) {
          await kept.demand(addressOf(session));
          return open(session);
        },
        async create(session) {
          await kept.create(addressOf(session));
          return open(session);
        },
        delete: (session, options) => open(session).delete(options),
        async import(session, lines) {
          await kept.import(addressOf(session), lines);
          return open(session);
        },
      } satisfies InstanceSessions;
    },
    async instances(name, page = {}) {
      findAgent(ports.program, name);
      return sessions.kept.instances(name, page);
    },
    async delete(name, instance, { abort = false, records = false } = {}) {
      findAgent(ports.program, name);
      return sessions.kept.removeInstance({ agent: name, instance }, { abort, records });
    },
  };
}

/** The `dispatch` of an engine. */
export function createDispatch(ports: SessionPorts, sessions: Sessions): Engine['dispatch'] {
  return async (name, { id, instance = id, session = defaultSession, message = '', input, ...options }) => {
    if (instance === undefined || (id !== undefined && id !== instance))
      throw new Problem('invalid_request', 'a message that is dispatched needs one "instance"');
    const on = ports.now();
    const agent = findAgent(on.program, name);
    const address = { agent: name, instance, session };
    checkAddress(address);
    const call = { agent, address, message, input, source: 'dispatch' as const };
    const own = sessions.on(on);
    const receipt = await own.hand(address, () => callSubmission(on.program, own, call, options));
    return { submissionId: receipt.id, acceptedAt: new Date(receipt.acceptedAt).toISOString() };
  };
}

/** An agent by name; throws Problem `agent_not_found` with the choices. */
export function findAgent(program: Program, name: string): Agent {
  const agent = Object.hasOwn(program.agents, name) ? program.agents[name] : undefined;
  if (agent !== undefined) return agent;
  throw new Problem('agent_not_found', `no agent "${name}"${choices(name, Object.keys(program.agents))}`);
}
