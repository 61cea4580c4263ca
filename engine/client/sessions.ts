import { defaultSession } from '../core/ids.ts';
import type { AnyProject } from '../core/register.ts';
import { createDeadline } from './deadline.ts';
import { allOf } from './pages.ts';
import { pathOf } from './paths.ts';
import { failure } from './problem.ts';
import { startHeaders, type Transport } from './request.ts';
import type { CallOptions, ConversationPage } from './types/options.ts';
import type { ClientFiles, ClientSessions, SessionReads } from './types/sessions.ts';

/** Reads conversations, below a prefix. */
export function createSessionReads(transport: Transport, prefix: string): SessionReads<AnyProject> {
  const at = (agent: string, id: string): string => `${prefix}/agents${pathOf(agent, id)}/sessions`;
  const reads: SessionReads<AnyProject> = {
    list: async (agent, id, { limit, after } = {}, call) =>
      transport.json({
        method: 'GET',
        path: at(agent, id),
        has: 'sessions',
        query: { limit, after },
        ...call,
      }),
    all: (agent, id, call) =>
      allOf('sessions', (after) => reads.list(agent, id, after === undefined ? {} : { after }, call)),
    messages: async (agent, id, session = defaultSession, page, call) =>
      conversation('messages', `${at(agent, id)}${pathOf(session)}`, page, call),
    entries: async (agent, id, session = defaultSession, page, call) =>
      conversation('entries', `${at(agent, id)}${pathOf(session)}/entries`, page, call),
    allEntries: (agent, id, session, page, call) =>
      allOf('entries', (after) =>
        reads.entries(agent, id, session, { ...page, ...(after === undefined ? {} : { after }) }, call),
      ),
  };
  return reads;

  function conversation<T>(
    has: string,
    path: string,
    { order, limit, after }: ConversationPage = {},
    call?: CallOptions,
  ): Promise<T> {
    return transport.json({ method: 'GET', path, has, query: { order, limit, after }, ...call });
  }
}

/** The `sessions` part of a client. */
export function createSessions(transport: Transport): ClientSessions<AnyProject> {
  const at = (agent: string, id: string, session: string): string =>
    `/agents${pathOf(agent, id)}/sessions${pathOf(session)}`;
  return {
    ...createSessionReads(transport, ''),
    create: async (agent, id, session, call) =>
      transport.json({ method: 'PUT', path: at(agent, id, session), ...call }),
    delete: async (agent, id, session, { abort, records, ...call } = {}) =>
      transport.read(
        { method: 'DELETE', path: at(agent, id, session), query: { abort, records }, ...call },
        () => Promise.resolve(),
      ),
    fork: async (agent, id, session, to, call) =>
      transport.json({ method: 'POST', path: `${at(agent, id, session)}/fork`, body: to, ...call }),
    export: (agent, id, session = defaultSession, call) =>
      linesOf(transport, `${at(agent, id, session)}/export`, call),
    async import(agent, id, session, lines, call) {
      let text = '';
      if (typeof lines === 'string') text = lines;
      else for await (const line of lines) text += line.endsWith('\n') ? line : `${line}\n`;
      return transport.json({
        ...{ method: 'POST', path: `${at(agent, id, session)}/import`, lines: text, ...call },
      });
    },
    compact: async (agent, id, session, how = {}, { signal, timeoutMs, ...start } = {}) =>
      transport.json({
        ...{ method: 'POST', path: `${at(agent, id, session)}/compact`, body: how, signal, timeoutMs },
        headers: startHeaders(start),
      }),
  };
}

/** The `files` part of a client. */
export function createFiles(transport: Transport): ClientFiles<AnyProject> {
  const files: ClientFiles<AnyProject> = {
    async list(agent, id, path, call) {
      const { files: found } = await transport.json<{ files: Awaited<ReturnType<typeof files.list>> }>({
        has: 'files',
        ...{ method: 'GET', path: `/agents${pathOf(agent, id)}/files`, query: { path }, ...call },
      });
      return found;
    },
    read: async (agent, id, path, call) =>
      transport.read(
        { method: 'GET', path: `/agents${pathOf(agent, id)}/files/content`, query: { path }, ...call },
        async (response) => new Uint8Array(await response.arrayBuffer()),
      ),
    readText: async (agent, id, path, call) =>
      new TextDecoder().decode(await files.read(agent, id, path, call)),
  };
  return files;
}

async function* linesOf(
  transport: Transport,
  path: string,
  { signal, timeoutMs }: CallOptions = {},
): AsyncGenerator<string> {
  const deadline = createDeadline(timeoutMs, signal);
  try {
    const headers = { accept: 'application/jsonl' };
    const response = await transport.open({ method: 'GET', path, headers, signal: deadline.signal });
    yield* linesIn(response);
  } catch (thrown) {
    throw failure(transport.baseUrl + path, thrown, deadline.signal);
  } finally {
    deadline.end();
  }
}

async function* linesIn(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const lines = (rest + decoder.decode(value, { stream: !done })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield `${line}\n`;
      if (done) break;
    }
    if (rest !== '') yield `${rest}\n`;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
