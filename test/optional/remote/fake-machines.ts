import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

/** A machine that a service lends: in truth this one, with a clean environment. */
export interface FakeMachine {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What it was made with. */
  readonly made: unknown;
  state: 'awake' | 'asleep';
}

/** What a running process writes, and how it ends. */
export interface FakeProcess {
  readonly pid: number;
  readonly stdout: NodeJS.ReadableStream;
  readonly stderr: NodeJS.ReadableStream;
  readonly ended: Promise<number>;
}

/** A service on this machine. */
export interface FakeService {
  readonly url: string;
  readonly machines: Map<string, FakeMachine>;
  /** Each call as `METHOD /path`. */
  readonly calls: string[];
  /** Every text that was sent to it, for a search of what must not be. */
  readonly bodies: string[];
  /** Answers the next calls that fit with a status. */
  fail(status: number, times: number, what?: RegExp): void;
  /** Milliseconds before each answer. */
  delayMs: number;
  close(): Promise<void>;
}

/** A call as a fake answers it. */
export interface FakeCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  json(): Record<string, unknown>;
  answer(status: number, body?: unknown, headers?: Record<string, string>): void;
}

/** Serves a fake on the loopback. What `handle` throws is a 500. */
export async function serveFake(
  machines: Map<string, FakeMachine>,
  handle: (call: FakeCall) => Promise<void> | void,
): Promise<FakeService> {
  const calls: string[] = [];
  const bodies: string[] = [];
  let faults: { status: number; times: number; what: RegExp }[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://fake');
      const body = await buffer(request);
      const call = `${request.method ?? ''} ${url.pathname}`;
      calls.push(call);
      bodies.push(body.toString('latin1'));
      if (fake.delayMs > 0) await wait(fake.delayMs);
      const answer: FakeCall['answer'] = (status, said, headers = {}) => {
        const bytes =
          said === undefined
            ? Buffer.alloc(0)
            : Buffer.isBuffer(said)
              ? said
              : Buffer.from(JSON.stringify(said));
        response.writeHead(status, {
          'content-type': Buffer.isBuffer(said) ? 'application/octet-stream' : 'application/json',
          'content-length': bytes.length,
          ...headers,
        });
        response.end(bytes);
      };
      const fault = faults.find(({ what }) => what.test(call));
      if (fault !== undefined) {
        fault.times -= 1;
        faults = faults.filter(({ times }) => times > 0);
        answer(fault.status, { message: `fault ${fault.status}`, code: fault.status });
        return;
      }
      try {
        await handle({
          ...{ method: request.method ?? '', path: url.pathname, query: url.searchParams, body },
          ...{ request, response, answer },
          json: () => (body.length === 0 ? {} : (JSON.parse(body.toString()) as Record<string, unknown>)),
        });
      } catch (thrown) {
        answer(500, { message: String(thrown) });
      }
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ machines, calls, bodies },
    fail(status, times, what = /./) {
      faults.push({ status, times, what });
    },
    delayMs: 0,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return fake;
}

/** Lends another machine. */
export function lend(
  machines: Map<string, FakeMachine>,
  labels: unknown,
  made: unknown,
  prefix = 'm',
): FakeMachine {
  const machine: FakeMachine = {
    id: `${prefix}${randomBytes(8).toString('hex')}`,
    labels: { ...(labels as Record<string, string> | undefined) },
    made,
    state: 'awake',
  };
  machines.set(machine.id, machine);
  return machine;
}

/** Starts a process as a machine does. */
export function start(
  argv: readonly [string, ...string[]],
  { env = {}, cwd }: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): FakeProcess {
  const [program, ...words] = argv;
  const child = spawn(program, words, {
    env: { PATH: '/usr/bin:/bin', HOME: '/var/tmp', ...env },
    cwd: cwd ?? '/var/tmp',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return {
    pid: child.pid ?? 0,
    stdout: child.stdout,
    stderr: child.stderr,
    ended: new Promise((resolve) => child.on('close', (code) => resolve(code ?? 137))),
  };
}

/** Runs a process to its end. */
export async function finish(
  ...order: Parameters<typeof start>
): Promise<{ readonly stdout: string; readonly stderr: string; readonly code: number }> {
  const running = start(...order);
  const [stdout, stderr, code] = await Promise.all([
    buffer(running.stdout),
    buffer(running.stderr),
    running.ended,
  ]);
  return { stdout: stdout.toString(), stderr: stderr.toString(), code };
}

/** The file of a form that was sent, with the other fields. */
export async function formOf({ request, body }: FakeCall): Promise<FormData> {
  return new Response(body, {
    headers: { 'content-type': request.headers['content-type'] ?? '' },
  }).formData();
}
