import type { Session } from '../api/session.ts';
import type { SessionAddress } from '../core/ids.ts';
import type { Agent } from '../program/agent.ts';
import type { Program } from '../program/program.ts';
import type { SessionPorts, Sessions } from '../session/index.ts';
import { sessionCalls, type SessionCalls } from './session-calls.ts';
import { sessionFiles } from './session-files.ts';

/**
 * A session as the API has it. Costs nothing until it is used; each call is to the agent as the project has it then.
 * @param find gives the agent of a Program, or throws.
 */
export function openSession(
  ports: SessionPorts,
  sessions: Sessions,
  find: (program: Program) => Agent,
  address: SessionAddress,
): Session {
  const now = (): SessionCalls => {
    const on = ports.now();
    return sessionCalls(on, sessions.on(on), find(on.program), address);
  };
  const files = sessionFiles(async (use) => {
    const on = ports.now();
    return sessions.on(on).files(find(on.program), address, use);
  });
  const calls = {
    prompt: async (message, options) => now().prompt(message, options),
    send: async (message, options) => now().send(message, options),
    skill: async (name, options) => now().skill(name, options),
    task: async (message, options) => now().task(message, options),
    subagent: async (name, prompt, options) => now().subagent(name, prompt, options),
    async *stream(message, options) {
      yield* now().stream(message, options);
    },
    shell: async (command, options) => now().shell(command, options),
    compact: async (options) => now().compact(options),
    runCode: async (code, options) => now().runCode(code, options),
    runPython: async (code, options) => now().runPython(code, options),
    history: () => sessions.history(address),
    entries: (page = {}) => sessions.kept.entries(address, page),
    abort: (reason) => sessions.abort(address, reason),
    async fork(name, { at } = {}) {
      await sessions.kept.fork(address, name, at);
      return openSession(ports, sessions, find, { ...address, session: name });
    },
    export: () => sessions.kept.export(address),
    delete: ({ abort = false, records = false } = {}) => sessions.kept.remove(address, { abort, records }),
  } satisfies Partial<Session>;
  // Properties behind a spread are defined one by one, which costs more than the rest of a prompt's way to the store.
  return Object.assign(calls, address, files);
}
