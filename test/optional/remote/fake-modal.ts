import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { lend, type FakeMachine, type FakeService } from './fake-machines.ts';

type Message = Readonly<Record<string, unknown>>;

interface Grpc {
  createServer(): {
    add(definition: object, implementation: object): void;
    listen(address: string): Promise<number>;
    forceShutdown(): void;
  };
  ServerError: new (code: number, details: string) => Error;
}

interface CallContext {
  readonly metadata: { get(name: string): string | undefined };
}

/** A process that is running, or was. */
interface Running {
  readonly child: ChildProcess;
  readonly out: { stdout: Buffer; stderr: Buffer };
  readonly ended: Promise<number>;
  hasEnded: boolean;
}

/** Numbers of gRPC for statuses of HTTP. */
const codes: Readonly<Record<number, number>> = { 401: 16, 404: 5, 429: 8, 500: 13, 503: 14 };

/** The gRPC services of Modal, of the control plane and of the machines, on one port. */
export async function serveModal(key: string): Promise<FakeService> {
  const need = createRequire(join(process.env['ENGINE_OPTIONAL'] ?? '', 'package.json'));
  const { createServer, ServerError } = createRequire(need.resolve('modal'))('nice-grpc') as Grpc;
  const { control, router } = definitionsOf(need.resolve('modal'));
  const machines = new Map<string, FakeMachine>();
  const processes = new Map<string, Running>();
  const calls: string[] = [];
  const bodies: string[] = [];
  let faults: { status: number; times: number; what: RegExp }[] = [];
  let url = '';
  const refuse = (status: number, details: string): Error => new ServerError(codes[status] ?? 13, details);
  const machineOf = (request: Message): FakeMachine => {
    const machine = machines.get(String(request['sandboxId'] ?? request['taskId']).replace(/^ta-/, ''));
    if (machine === undefined) throw refuse(404, 'Sandbox not found');
    return machine;
  };
  const access = (): Message => ({ url: url.replace('http:', 'https:'), jwt: jwt() });
  const processOf = (request: Message): Running => {
    machineOf(request);
    const running = processes.get(String(request['execId']));
    if (running === undefined) throw refuse(404, 'no such exec');
    return running;
  };

  const controls: Readonly<Record<string, (request: Message) => unknown>> = {
    authTokenGet: () => ({ token: jwt() }),
    appGetOrCreate: () => ({ appId: 'ap-1' }),
    environmentGetOrCreate: () => ({
      environmentId: 'en-1',
      metadata: { name: 'main', settings: { imageBuilderVersion: '2025.06' } },
    }),
    imageGetOrCreate: () => ({ imageId: 'im-1', result: { status: 1 } }),
    sandboxCreateV2(request) {
      const tags = (request['tags'] ?? []) as { tagName: string; tagValue: string }[];
      const labels = Object.fromEntries(tags.map(({ tagName, tagValue }) => [tagName, tagValue]));
      const { id } = lend(machines, labels, request, 'sb2-');
      return { sandboxId: id, taskId: `ta-${id}`, tunnels: [], commandRouterAccess: access() };
    },
    sandboxGetTaskIdV2: (request) => ({ taskId: `ta-${machineOf(request).id}` }),
    sandboxGetCommandRouterAccess: (request) => (machineOf(request), access()),
    taskGetCommandRouterAccess: (request) => (machineOf(request), access()),
    sandboxWaitV2: (request) => (machineOf(request), {}),
    sandboxTerminateV2(request) {
      machines.delete(machineOf(request).id);
      return {};
    },
    sandboxListV2(request) {
      const tags = (request['tags'] ?? []) as { tagName: string; tagValue: string }[];
      const found = [...machines.values()].filter(({ labels }) =>
        tags.every(({ tagName, tagValue }) => labels[tagName] === tagValue),
      );
      return {
        sandboxes: request['beforeTimestamp'] ? [] : found.map(({ id }) => ({ id, createdAt: 1 })),
      };
    },
  };
  const routes: Readonly<Record<string, (request: Message) => unknown>> = {
    taskExecStart(request) {
      machineOf(request);
      const [program = '', ...words] = request['commandArgs'] as string[];
      const sources = (request['secretSources'] ?? []) as { env?: { contents?: Record<string, string> } }[];
      const env = Object.assign({}, ...sources.map((source) => source.env?.contents ?? {})) as Record<
        string,
        string
      >;
      const child = spawn(program, words, {
        env: { PATH: '/usr/bin:/bin', HOME: '/var/tmp', ...env },
        cwd: '/var/tmp',
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      const out = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
      child.stdin.on('error', () => undefined);
      child.stdout.on('data', (chunk: Buffer) => (out.stdout = Buffer.concat([out.stdout, chunk])));
      child.stderr.on('data', (chunk: Buffer) => (out.stderr = Buffer.concat([out.stderr, chunk])));
      const running: Running = {
        ...{ child, out, hasEnded: false },
        ended: new Promise((resolve) =>
          child.on('close', (code) => {
            running.hasEnded = true;
            resolve(code ?? 137);
          }),
        ),
      };
      processes.set(String(request['execId']), running);
      return {};
    },
    async taskExecStdinWrite(request) {
      const { stdin } = processOf(request).child;
      const data = Buffer.from(request['data'] as Uint8Array);
      if (data.length > 0) await new Promise((resolve) => stdin?.write(data, resolve));
      if (request['eof'] === true) stdin?.end();
      return {};
    },
    taskExecWait: async (request) => ({ code: await processOf(request).ended }),
    taskExecPoll: (request) => {
      const { hasEnded, child } = processOf(request);
      return hasEnded ? { code: child.exitCode ?? 137 } : {};
    },
  };
  async function* stdio(request: Message): AsyncGenerator<Message> {
    const running = processOf(request);
    const name = request['fileDescriptor'] === 1 ? 'stderr' : 'stdout';
    for (let at = Number(request['offset'] ?? 0); ;) {
      const hadEnded = running.hasEnded;
      const data = running.out[name].subarray(at);
      if (data.length > 0) {
        at += data.length;
        yield { data };
      } else if (hadEnded) return;
      else await Promise.race([running.ended, wait(10)]);
    }
  }

  /** What is not written here does not exist. */
  const served = (
    methods: Readonly<Record<string, (request: Message) => unknown>>,
    isControl: boolean,
  ): object =>
    new Proxy(
      {},
      {
        get: (_target, name) => {
          if (typeof name !== 'string') return undefined;
          if (name === 'taskExecStdioRead') return stdio;
          return async (request: Message, { metadata }: CallContext) => {
            const call = `gRPC /${name}`;
            calls.push(call);
            bodies.push(JSON.stringify(request));
            if (fake.delayMs > 0) await wait(fake.delayMs);
            if (isControl && metadata.get('x-modal-token-secret') !== key)
              throw refuse(401, 'Token validation failed');
            const fault = faults.find(({ what }) => what.test(call));
            if (fault !== undefined) {
              fault.times -= 1;
              faults = faults.filter(({ times }) => times > 0);
              throw refuse(fault.status, `fault ${fault.status}`);
            }
            const method = methods[name];
            if (method === undefined) throw new ServerError(12, `no ${name}`);
            return method(request);
          };
        },
      },
    );
  const server = createServer();
  server.add(control, served(controls, true));
  server.add(router, served(routes, false));
  url = `http://127.0.0.1:${await server.listen('127.0.0.1:0')}`;
  const fake: FakeService = {
    ...{ url, machines, calls, bodies, delayMs: 0 },
    fail(status, times, what = /./) {
      faults.push({ status, times, what });
    },
    close() {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
  return fake;
}

/** The services as the package describes them, which it does not export. */
function definitionsOf(entry: string): { readonly control: object; readonly router: object } {
  const file = entry.replace(/index\.(c?js)$/, 'index.cjs');
  const made = new Module(file) as Module & { _compile(code: string, name: string): void; paths: string[] };
  made.filename = file;
  made.paths = (Module as unknown as { _nodeModulePaths(folder: string): string[] })._nodeModulePaths(
    join(file, '..'),
  );
  made._compile(
    `${readFileSync(file, 'utf8')}\nmodule.exports = { control: ModalClientDefinition, router: TaskCommandRouterDefinition };`,
    file,
  );
  return made.exports as { control: object; router: object };
}

/** A token that is good for an hour, as far as its reader can tell. */
function jwt(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ exp: Math.floor(Date.now() / 1000) + 3600 })}.x`;
}
