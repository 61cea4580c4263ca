import type { EngineEvent } from '../core/event.ts';
import type { Message } from '../core/message.ts';
import { fromData, type ProblemData } from '../core/problem.ts';
import { connectAgent } from './connections.ts';
import { streamEvents } from './follow.ts';
import { namedBy, pathOf, startHeaders, type Transport } from './request.ts';
import type { Client, ClientOptions, Listed, Prompt, PromptResult, StartOptions } from './types.ts';

/** The `agents` part of a client. */
export function createAgents(transport: Transport, options: ClientOptions): Client['agents'] {
  return {
    async list({ signal } = {}) {
      const { agents } = await transport.json<{ agents: readonly Listed[] }>({
        method: 'GET',
        path: '/agents',
        signal,
      });
      return agents;
    },
    async invoke(name, id, prompt, { signal, ...start } = {}) {
      const { result } = await transport.json<{ result: PromptResult }>({
        method: 'POST',
        path: `/agents${pathOf(name, id)}`,
        body: prompt,
        headers: startHeaders(start),
        signal,
      });
      return result;
    },
    dispatch: (name, id, prompt, { signal, ...start } = {}) =>
      transport.json({
        method: 'POST',
        path: `/agents${pathOf(name, id)}/dispatch`,
        body: prompt,
        headers: startHeaders(start),
        signal,
      }),
    stream: (name, id, prompt, call) => streamPrompt(transport, `/agents${pathOf(name, id)}`, prompt, call),
    async history(name, id, session = 'default', { signal } = {}) {
      const path = `/agents${pathOf(name, id)}/sessions${pathOf(session)}`;
      const messages: Message[] = [];
      for (let after: string | undefined; ;) {
        const page = await transport.json<{ messages: readonly Message[]; next: string | null }>({
          ...{ method: 'GET', path, signal },
          query: { after },
        });
        messages.push(...page.messages);
        if (page.next === null) return messages;
        after = page.next;
      }
    },
    async abort(name, id, session, { signal } = {}) {
      const { aborted } = await transport.json<{ aborted: boolean }>({
        method: 'POST',
        path: `/agents${pathOf(name, id)}/abort`,
        body: session === undefined ? {} : { session },
        signal,
      });
      return aborted;
    },
    connect: (name, id) => connectAgent(options, `/agents${pathOf(name, id)}`),
  };
}

async function* streamPrompt(
  transport: Transport,
  path: string,
  prompt: Prompt,
  { signal, ...start }: StartOptions = {},
): AsyncGenerator<EngineEvent> {
  const opened = await transport.open({
    method: 'POST',
    path,
    body: prompt,
    headers: { accept: 'text/event-stream', ...startHeaders(start) },
    signal,
  });
  const id = namedBy(opened);
  const what = { path: `/submissions${pathOf(id)}/stream`, what: `submission "${id}"`, opened };
  const following = { ...what, last: 'submission_end', throwsFailure: true } as const;
  let failed: ProblemData | undefined;
  for await (const event of streamEvents(transport, following, signal === undefined ? {} : { signal })) {
    yield event;
    if (event.type === 'submission_end' && event.data.state !== 'succeeded')
      failed = event.data.error ?? { type: 'cancelled', message: 'the prompt was cancelled' };
  }
  if (failed !== undefined) throw fromData(failed);
}
