import type { Engine, PromptOptions, PromptResult, Session } from './api.ts';
import type { EngineEvent } from './core/event.ts';
import { defaultSession, idFault, type SessionAddress } from './core/ids.ts';
import { Problem } from './core/problem.ts';
import { choices } from './core/suggest.ts';
import { keyOption } from './idempotency-key.ts';
import type { Agent } from './program/agent.ts';
import type { Program } from './program/program.ts';
import type { SessionPorts, Sessions } from './session/index.ts';

/** The `agents` part of an engine. */
export function createAgents(ports: SessionPorts, sessions: Sessions): Engine['agents'] {
  return {
    session(name, instance, session = defaultSession) {
      const agent = findAgent(ports.program, name);
      checkIds(instance, session);
      return openSession(ports, sessions, agent, { agent: name, instance, session });
    },
  };
}

/** The `dispatch` of an engine. */
export function createDispatch(program: Program, sessions: Sessions): Engine['dispatch'] {
  return async (name, { instance, session = defaultSession, message = '', ...options }) => {
    const agent = findAgent(program, name);
    checkIds(instance, session);
    const address = { agent: name, instance, session };
    const { receipt } = await sessions.submit(submissionOf(agent, address, message, options));
    return { submissionId: receipt.id, acceptedAt: new Date(receipt.acceptedAt).toISOString() };
  };
}

function checkIds(instance: string, session: string): void {
  for (const [what, id] of [
    ['instance id', instance],
    ['session name', session],
  ] as const) {
    const fault = idFault(id);
    if (fault !== undefined) throw new Problem('invalid_request', `the ${what} ${fault}`);
  }
}

/** An agent by name; throws Problem `agent_not_found` with the choices. */
export function findAgent(program: Program, name: string): Agent {
  const agent = Object.hasOwn(program.agents, name) ? program.agents[name] : undefined;
  if (agent !== undefined) return agent;
  throw new Problem('agent_not_found', `no agent "${name}"${choices(name, Object.keys(program.agents))}`);
}

function openSession(
  ports: SessionPorts,
  sessions: Sessions,
  agent: Agent,
  address: SessionAddress,
): Session {
  const submit = (message: string, options: PromptOptions): ReturnType<Sessions['submit']> =>
    sessions.submit(submissionOf(agent, address, message, options));
  const events = (submissionId: string): AsyncIterable<EngineEvent> =>
    ports.journal.subscribe(submissionId, { after: 0 });

  return {
    ...address,
    async prompt(message, options = {}) {
      const { submissionId, done } = await submit(message, options);
      const { onEvent } = options;
      const told = onEvent === undefined ? undefined : tell(events(submissionId), onEvent);
      try {
        const { text, output, usage, model, attempts } = await done;
        return { submissionId, text, output, usage, model, attempts } satisfies PromptResult;
      } finally {
        await told;
      }
    },
    async *stream(message, options = {}) {
      const { submissionId, done } = await submit(message, options);
      yield* events(submissionId);
      await done;
    },
    history: () => sessions.history(address),
    abort: (reason) => sessions.abort(address, reason),
  };
}

function submissionOf(
  agent: Agent,
  address: SessionAddress,
  message: string,
  options: PromptOptions,
): Parameters<Sessions['submit']>[0] {
  return {
    agent,
    address,
    message,
    input: options.input,
    role: options.role,
    model: options.model,
    modelSettings: {},
    thinking: options.thinking,
    schema: options.result,
    images: (options.images ?? []).map((image) => ({ type: 'image', ...image })),
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    ...keyOption(options.idempotencyKey),
  };
}

/** Gives events to a listener, whose own failures harm nothing. */
async function tell(
  events: AsyncIterable<EngineEvent>,
  onEvent: (event: EngineEvent) => void,
): Promise<void> {
  try {
    for await (const event of events) {
      try {
        onEvent(event);
      } catch {
        // A listener never harms the work.
      }
    }
  } catch {
    // The prompt itself tells what went wrong.
  }
}
