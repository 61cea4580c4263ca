import type { EngineEvent } from '../core/event.ts';
import type { Message } from '../core/message.ts';
import { fromData, type ProblemData } from '../core/problem.ts';
import type { AnyProject } from '../core/register.ts';
import { connectAgent } from './connections.ts';
import { startStream } from './follow.ts';
import { allOf } from './pages.ts';
import { namedBy, pathOf } from './paths.ts';
import { startHeaders, type Transport } from './request.ts';
import { createSessionReads } from './sessions.ts';
import type { ClientAgents } from './types/agents.ts';
import type { CallOptions, Page, PageOptions, StartOptions, WaitOptions } from './types/options.ts';
import type { DescribedAgent, Listed } from './types/described.ts';

/** The `agents` part of a client. */
export function createAgents(transport: Transport): ClientAgents<AnyProject> {
  /** Asks for work and waits for its answer. */
  async function answer<T>(path: string, body: object, options: WaitOptions = {}): Promise<T> {
    const { signal, timeoutMs, onDisconnect, ...start } = options;
    const { result } = await transport.json<{ result: T }>({
      has: 'result',
      ...{ method: 'POST', path, body, signal, timeoutMs },
      query: { onDisconnect },
      headers: startHeaders(start),
    });
    return result;
  }
  const { instances } = createInstances(transport, '');

  return {
    async list(call) {
      const { agents } = await transport.json<{ agents: readonly Listed[] }>({
        has: 'agents',
        ...{ method: 'GET', path: '/agents', ...call },
      });
      return agents;
    },
    get: async (name, call) =>
      transport.json<DescribedAgent>({ method: 'GET', path: `/agents${pathOf(name)}`, has: 'name', ...call }),
    invoke: async (name, id, prompt, options) => answer(`/agents${pathOf(name, id)}`, prompt, options),
    dispatch: async (name, id, prompt, { signal, timeoutMs, ...start } = {}) =>
      transport.json({
        ...{ method: 'POST', path: `/agents${pathOf(name, id)}/dispatch`, body: prompt, signal, timeoutMs },
        has: 'submissionId',
        headers: startHeaders(start),
      }),
    stream: (name, id, prompt, call) => streamPrompt(transport, `/agents${pathOf(name, id)}`, prompt, call),
    skill: async (name, id, skill, call = {}, options) =>
      answer(`/agents${pathOf(name, id)}/skills${pathOf(skill)}`, call, options),
    task: async (name, id, task, options) => answer(`/agents${pathOf(name, id)}/tasks`, task, options),
    async history(name, id, session, call) {
      const { messages } = createSessionReads(transport, '');
      const all: Message[] = [];
      const pages = allOf('messages', (after) =>
        messages(name, id, session, after === undefined ? {} : { after }, call),
      );
      for await (const message of pages) all.push(message);
      return all;
    },
    async abort(name, id, session, call) {
      const { aborted } = await transport.json<{ aborted: boolean }>({
        has: 'aborted',
        ...{ method: 'POST', path: `/agents${pathOf(name, id)}/abort`, ...call },
        body: session === undefined ? {} : { session },
      });
      return aborted;
    },
    instances,
    allInstances: (name, call) =>
      allOf('instances', (after) => instances(name, after === undefined ? {} : { after }, call)),
    delete: async (name, id, { abort, records, ...call } = {}) =>
      transport.read(
        { method: 'DELETE', path: `/agents${pathOf(name, id)}`, query: { abort, records }, ...call },
        () => Promise.resolve(),
      ),
    connect: async (name, id, call) => connectAgent(transport, `/agents${pathOf(name, id)}`, call?.signal),
  };
}

/** Reads the instances of agents, below a prefix. */
export function createInstances(
  transport: Transport,
  prefix: string,
): Pick<ClientAgents<AnyProject>, 'instances'> {
  return {
    instances: async (name: string, { limit, after }: PageOptions = {}, call?: CallOptions) =>
      transport.json<Page<'instances', never>>({
        ...{ method: 'GET', path: `${prefix}/agents${pathOf(name)}/instances`, has: 'instances', ...call },
        query: { limit, after },
      }),
  };
}

async function* streamPrompt(
  transport: Transport,
  path: string,
  prompt: object,
  options: StartOptions = {},
): AsyncGenerator<EngineEvent> {
  let failed: ProblemData | undefined;
  const started = startStream(transport, path, prompt, options, (opened) => {
    const id = namedBy(opened);
    const submission = { path: `/submissions${pathOf(id)}/stream`, what: `submission "${id}"`, opened };
    return { ...submission, last: 'submission_end', throwsFailure: true };
  });
  for await (const event of started) {
    yield event;
    if (event.type === 'submission_end' && event.data.state !== 'succeeded')
      failed = event.data.error ?? { type: 'cancelled', message: 'the prompt was cancelled' };
  }
  if (failed !== undefined) throw fromData(failed);
}
