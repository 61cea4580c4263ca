import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ulid } from 'ulid';
import { toJson } from '../../core/json.ts';
import { asProblem, type Problem } from '../../core/problem.ts';
import { listen, refuseForeign, sendEvents, type Address, type ErrorBody } from '../../server/index.ts';
import { devNotices } from './dev-notices.ts';
import { statusPath, streamPath } from './dev-routes.ts';
import { devStatus, type DevState } from './dev-state.ts';

/** A server that stands in for that of a project which cannot be served yet. */
export interface WaitingServer {
  readonly address: Address;
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1 and answers everything with 503 and what is wrong, but for the state of the project and what becomes of it.
 * Throws Problem `port_in_use`.
 */
export async function openWaitingServer(state: DevState, port: number): Promise<WaitingServer> {
  const closing = new AbortController();
  // Every open stream listens.
  setMaxListeners(0, closing.signal);
  const streams = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    handle(request, response).catch((thrown: unknown) =>
      send(response, asProblem(thrown).status, envelope(asProblem(thrown))),
    );
  });
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    refuseForeign(request);
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (path !== streamPath) {
      const { status, body } = await answer(state, path);
      send(response, status, body);
      return;
    }
    const stream = follow(state, response, closing.signal);
    streams.add(stream);
    await stream;
    streams.delete(stream);
  };
  const address = await listen(server, '127.0.0.1', port);
  return {
    address,
    async close() {
      closing.abort();
      await Promise.all(streams);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** Sends what becomes of the project, until it is served or the client leaves. */
async function follow(state: DevState, response: ServerResponse, closing: AbortSignal): Promise<void> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  response.once('close', leave);
  closing.addEventListener('abort', leave, { once: true });
  await sendEvents(response, devNotices(state, undefined, gone.signal), {
    headers: {},
    signal: gone.signal,
    onError: (thrown) => envelope(asProblem(thrown)),
  });
  closing.removeEventListener('abort', leave);
}

async function answer(
  state: DevState,
  path: string,
): Promise<{ readonly status: number; readonly body: object }> {
  if (path === statusPath) return { status: 200, body: await devStatus(state) };
  if (path === '/health') return { status: 200, body: { status: 'ok' } };
  const { problem, findings } = state;
  const errors = findings.filter(({ level }) => level === 'error');
  const [first] = errors;
  const place = first === undefined ? '' : ` (${first.file}:${first.line ?? 1}: ${first.message})`;
  const many = `${errors.length} error${errors.length === 1 ? '' : 's'}`;
  const error = {
    ...(problem ?? {
      type: 'invalid_project',
      message: `the project has ${many}${place}; it is served as soon as it has none`,
    }),
    details: toJson(errors),
  };
  return { status: 503, body: { error: { ...error, ref: newRef() } } };
}

function envelope(problem: Problem): ErrorBody {
  return { error: { ...problem.toData(), ref: newRef() } };
}

function newRef(): string {
  return `err_${ulid()}`;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(status === 503 ? { 'Retry-After': '1' } : {}),
  });
  response.end(JSON.stringify(body));
}
