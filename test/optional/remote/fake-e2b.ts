import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  formOf,
  lend,
  serveFake,
  start,
  type FakeCall,
  type FakeMachine,
  type FakeService,
} from './fake-machines.ts';

/** The API of E2B and of the daemon in its machines, over one address. */
export function serveE2b(key: string): Promise<FakeService> {
  const machines = new Map<string, FakeMachine>();
  return serveFake(machines, async (call) => {
    const { method, path, request, answer } = call;
    if (path.startsWith('/sandboxes') || path.startsWith('/v2/')) {
      if (request.headers['x-api-key'] !== key) return answer(401, { code: 401, message: 'wrong key' });
      return api(call, machines);
    }
    const id = String(request.headers['e2b-sandbox-id'] ?? '');
    const machine = machines.get(id);
    if (machine === undefined || machine.state === 'asleep')
      return answer(502, { sandboxId: id, message: 'The sandbox was not found', code: 502 });
    if (path === '/health') return answer(204);
    if (path === '/files') return files(call);
    if (method === 'POST' && path === '/process.Process/Start') return run(call);
    answer(404, { message: `no ${path}` });
  });
}

function api({ method, path, query, json, answer }: FakeCall, machines: Map<string, FakeMachine>): void {
  const told = ({ id }: FakeMachine): object => ({
    ...{ sandboxID: id, templateID: 'base', clientID: 'c', envdVersion: '0.5.7', envdAccessToken: `t-${id}` },
  });
  const [, id = '', verb] = /^(?:\/v2)?\/sandboxes(?:\/([^/]+))?(?:\/(\w+))?$/.exec(path) ?? [];
  if (id === '' && method === 'POST') {
    const made = json();
    return answer(201, told(lend(machines, made['metadata'], made)));
  }
  if (id === '' && method === 'GET') {
    const wanted = [...new URLSearchParams(query.get('metadata') ?? '')];
    const found = [...machines.values()].filter(({ labels }) =>
      wanted.every(([name, value]) => labels[name] === value),
    );
    const now = new Date().toISOString();
    return answer(
      200,
      found.map((machine) => ({
        ...told(machine),
        ...{
          metadata: machine.labels,
          startedAt: now,
          endAt: now,
          cpuCount: 1,
          memoryMB: 512,
          diskSizeMB: 1,
        },
        state: machine.state === 'awake' ? 'running' : 'paused',
      })),
    );
  }
  const machine = machines.get(id);
  if (machine === undefined) return answer(404, { code: 404, message: `sandbox ${id} not found` });
  if (method === 'DELETE') {
    machines.delete(id);
    return answer(204);
  }
  if (verb === 'connect') {
    machine.state = 'awake';
    return answer(201, told(machine));
  }
  if (verb === 'pause') {
    machine.state = 'asleep';
    return answer(204);
  }
  if (verb === 'timeout')
    return machine.state === 'awake' ? answer(204) : answer(404, { code: 404, message: 'not running' });
  answer(200, told(machine));
}

async function files(call: FakeCall): Promise<void> {
  const { method, query, answer } = call;
  const path = query.get('path') ?? '';
  if (method === 'GET') {
    const info = await stat(path).catch(() => undefined);
    if (info === undefined) return answer(404, { code: 404, message: `path '${path}' does not exist` });
    return answer(200, await readFile(path));
  }
  const file = (await formOf(call)).get('file');
  if (!(file instanceof Blob)) return answer(400, { code: 400, message: 'no file' });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, Buffer.from(await file.arrayBuffer()));
  answer(200, [{ path, name: path.slice(path.lastIndexOf('/') + 1), type: 'file' }]);
}

/** One frame of the Connect protocol: a flag, a length, JSON. */
function frame(message: object, flag = 0): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(5);
  head.writeUInt8(flag, 0);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

async function run({ body, response }: FakeCall): Promise<void> {
  const { process: order } = JSON.parse(body.subarray(5).toString()) as {
    process: { cmd: string; args?: string[]; envs?: Record<string, string>; cwd?: string };
  };
  response.writeHead(200, { 'content-type': 'application/connect+json' });
  const running = start([order.cmd, ...(order.args ?? [])], {
    env: order.envs ?? {},
    ...(order.cwd === undefined ? {} : { cwd: order.cwd }),
  });
  response.write(frame({ event: { start: { pid: running.pid } } }));
  running.stdout.on('data', (chunk: Buffer) =>
    response.write(frame({ event: { data: { stdout: chunk.toString('base64') } } })),
  );
  running.stderr.on('data', (chunk: Buffer) =>
    response.write(frame({ event: { data: { stderr: chunk.toString('base64') } } })),
  );
  const code = await running.ended;
  response.write(frame({ event: { end: { exitCode: code, exited: true, status: `exit status ${code}` } } }));
  response.end(frame({}, 2));
}
