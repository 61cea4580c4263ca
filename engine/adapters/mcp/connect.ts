import type { Client, Transport } from '@modelcontextprotocol/client';
import { Problem } from '../../core/problem.ts';
import { cleanText } from './clean-text.ts';
import { readTools, type ReadTools } from './read-tools.ts';
import type { Reached } from './settings.ts';
import { stdioTransport } from './stdio-transport.ts';
import type { Outgoing } from '../../ports/telemetry.ts';
import { tracedFetch } from '../traced-fetch.ts';

/** A server that is connected to. */
export interface Connected {
  /** Sends a request; the answer is checked by who asked. */
  request(
    method: string,
    params: Record<string, unknown>,
    options: {
      readonly signal?: AbortSignal;
      readonly timeoutMs: number;
      readonly onProgress?: (progress: {
        readonly progress: number;
        readonly total?: number | undefined;
        readonly message?: string | undefined;
      }) => void;
    },
  ): Promise<unknown>;
  list(timeoutMs: number): Promise<ReadTools>;
  close(): Promise<void>;
}

/** What is heard of a server besides its answers. */
export interface Hearing {
  readonly onLine: (line: string) => void;
  readonly onToolsChanged: () => void;
  readonly onClose: () => void;
  /** Headers that tell where a request stands in a trace; absent: none. */
  readonly outgoing?: Outgoing | undefined;
}

/** Most pages and tools of one list. */
const mostPages = 500;
const mostTools = 20_000;

/**
 * Connects to a server and greets it. The SDK is imported here, when a server is used for the first time. Rejects with what failed;
 * nothing is left open then.
 */
export async function connect(
  reached: Reached,
  timeoutMs: number,
  { onLine, onToolsChanged, onClose, outgoing }: Hearing,
): Promise<Connected> {
  const { Client } = await import('@modelcontextprotocol/client');
  const client = new Client(
    { name: 'flue-engine', version: '1' },
    // What a tool gives is checked by the engine, as for every other tool.
    {
      capabilities: {},
      jsonSchemaValidator: {
        getValidator: () => (data) => ({ valid: true, data: data as never, errorMessage: undefined }),
      },
    },
  );
  const transport = await openTransport(reached, onLine, outgoing);
  client.onclose = onClose;
  client.setNotificationHandler('notifications/tools/list_changed', onToolsChanged);
  const limit = timeLimit(timeoutMs);
  try {
    await Promise.race([client.connect(transport, { timeout: timeoutMs }), limit.over]);
  } catch (thrown) {
    await closeQuietly(client, transport);
    throw thrown;
  } finally {
    limit.cancel();
  }
  const request: Connected['request'] = (method, params, { signal, timeoutMs: ms, onProgress }) =>
    client.request({ method, params }, anything, {
      timeout: ms,
      maxTotalTimeout: ms,
      ...(signal === undefined ? {} : { signal }),
      ...(onProgress === undefined ? {} : { onprogress: onProgress }),
    });
  return {
    request,
    list: (ms) => listTools(client, request, ms),
    close: () => closeQuietly(client, transport),
  };
}

/** Answers are read by our own code, so that one odd tool is no matter for the others. */
const anything = {
  '~standard': { version: 1, vendor: 'flue-engine', validate: (value: unknown) => ({ value }) },
} as const;

async function openTransport(
  reached: Reached,
  onLine: (line: string) => void,
  outgoing: Outgoing | undefined,
): Promise<Transport> {
  if (reached.type === 'stdio') return stdioTransport({ ...reached, onLine });
  const { StreamableHTTPClientTransport, SSEClientTransport } = await import('@modelcontextprotocol/client');
  const { boundedFetch } = await import('./bounded-fetch.ts');
  const send = outgoing === undefined ? boundedFetch : tracedFetch(outgoing, boundedFetch as typeof fetch);
  const options = { fetch: send, requestInit: { headers: { ...reached.headers } } };
  const url = new URL(reached.url);
  return reached.type === 'sse'
    ? new SSEClientTransport(url, options)
    : new StreamableHTTPClientTransport(url, options);
}

async function listTools(
  client: Client,
  request: Connected['request'],
  timeoutMs: number,
): Promise<ReadTools> {
  if (client.getServerCapabilities()?.tools === undefined) return { tools: {}, warnings: [] };
  const limit = timeLimit(timeoutMs);
  const all: unknown[] = [];
  const seen = new Set<string>();
  try {
    for (let cursor: string | undefined, pages = 0; ; pages += 1) {
      const page = request('tools/list', cursor === undefined ? {} : { cursor }, { timeoutMs });
      const answer = (await Promise.race([page, limit.over])) as {
        tools?: unknown;
        nextCursor?: unknown;
      } | null;
      if (!Array.isArray(answer?.tools)) throw new Error('it answered with no list of tools');
      all.push(...(answer.tools as unknown[]));
      const next = answer.nextCursor;
      if (typeof next !== 'string' || next === '' || seen.has(next)) break;
      if (pages >= mostPages || all.length >= mostTools)
        return withWarning(all, `only its first ${Math.min(all.length, mostTools)} tools are read`);
      seen.add(next);
      cursor = next;
    }
  } finally {
    limit.cancel();
  }
  return all.length > mostTools
    ? withWarning(all, `only its first ${mostTools} tools are read`)
    : readTools(all);
}

function withWarning(all: readonly unknown[], warning: string): ReadTools {
  const { tools, warnings } = readTools(all.slice(0, mostTools));
  return { tools, warnings: [warning, ...warnings] };
}

/** Rejects with Problem `timeout` after a time, unless it is cancelled. */
function timeLimit(ms: number): { readonly over: Promise<never>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Problem('timeout', `it did not answer within ${ms} ms`)), ms);
  });
  over.catch(() => undefined);
  return { over, cancel: () => clearTimeout(timer) };
}

/** A session is ended as the protocol asks, unless that takes long. */
async function closeQuietly(client: Client, transport: Transport): Promise<void> {
  const limit = timeLimit(1_000);
  try {
    if ('terminateSession' in transport && typeof transport.terminateSession === 'function')
      await Promise.race([transport.terminateSession() as Promise<void>, limit.over]);
  } catch {
    // It is closed on this side all the same.
  } finally {
    limit.cancel();
  }
  await client.close().catch(() => undefined);
  await transport.close().catch(() => undefined);
}

/** What went wrong between engine and server, as the end of a sentence. */
export function faultOf(thrown: unknown): string {
  if (thrown instanceof Problem) return thrown.message;
  if (!(thrown instanceof Error)) return cleanText(String(thrown)).slice(0, 1_000);
  const cause = thrown.cause instanceof Error ? thrown.cause : undefined;
  const code = codeOf(thrown) ?? (cause === undefined ? undefined : codeOf(cause));
  const status = statusOf(thrown);
  if (status === 401 || status === 403)
    return `it refuses access (status ${status}); give what it asks for under "headers", from a secret`;
  if (code === 'ENOENT') return 'its command is not found';
  if (code === 'EACCES') return 'its command may not be run';
  if (code === 'REQUEST_TIMEOUT') return 'it did not answer in time';
  if (code === 'CONNECTION_CLOSED') return 'it ended the connection';
  const said = cleanText([thrown.message, cause?.message].filter(Boolean).join(': ')).slice(0, 1_000);
  return status === undefined ? said : `it answered with status ${status}: ${said}`;
}

/** The status of an answer that is no success, or undefined. */
export function statusOf(thrown: unknown): number | undefined {
  const { status } = (thrown ?? {}) as { readonly status?: unknown };
  if (typeof status === 'number') return status;
  // The older transport has the status as its code.
  const { code } = (thrown ?? {}) as { readonly code?: unknown };
  return typeof code === 'number' && code >= 400 && code < 600 ? code : undefined;
}

function codeOf(thrown: Error): string | undefined {
  return 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
}
