import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ulid } from 'ulid';
import { toJson } from '../../core/json.ts';
import { asProblem, type Problem } from '../../core/problem.ts';
import { listen, refuseForeign, type Address } from '../../server/index.ts';
import { statusPath } from './dev-routes.ts';
import { devStatus, type DevState } from './dev-state.ts';

/** A server that stands in for that of a project which cannot be served yet. */
export interface WaitingServer {
  readonly address: Address;
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1 and answers everything with 503 and what is wrong, but for the state of the project.
 * Throws Problem `port_in_use`.
 */
export async function openWaitingServer(state: DevState, port: number): Promise<WaitingServer> {
  const server = createServer((request, response) => {
    answer(state, request).then(
      ({ status, body }) => send(response, status, body),
      (thrown: unknown) => send(response, asProblem(thrown).status, envelope(asProblem(thrown))),
    );
  });
  const address = await listen(server, '127.0.0.1', port);
  return {
    address,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  state: DevState,
  request: IncomingMessage,
): Promise<{ readonly status: number; readonly body: object }> {
  refuseForeign(request);
  const path = (request.url ?? '').split('?')[0];
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

function envelope(problem: Problem): object {
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
