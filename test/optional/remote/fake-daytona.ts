import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  finish,
  formOf,
  lend,
  serveFake,
  type FakeCall,
  type FakeMachine,
  type FakeService,
} from './fake-machines.ts';

/** The API of Daytona, and the toolbox of its machines below `/toolbox`. */
export async function serveDaytona(key: string): Promise<FakeService> {
  const machines = new Map<string, FakeMachine>();
  const fake: FakeService = await serveFake(machines, async (call) => {
    const { method, path, query, request, answer, json } = call;
    if (request.headers.authorization !== `Bearer ${key}`)
      return answer(401, { statusCode: 401, message: 'Unauthorized' });
    const told = (machine: FakeMachine): object => ({
      ...{ id: machine.id, name: machine.id, organizationId: 'o', user: 'daytona', env: {}, target: 'eu' },
      ...{ labels: machine.labels, public: false, cpu: 1, gpu: 0, memory: 1, disk: 1, volumes: [] },
      state: machine.state === 'awake' ? 'started' : 'stopped',
      toolboxProxyUrl: `${fake.url}/toolbox`,
    });
    if (path === '/config') return answer(200, {});
    const [, toolOf, tool = ''] = /^\/toolbox\/([^/]+)(\/.*)$/.exec(path) ?? [];
    if (toolOf !== undefined) {
      const machine = machines.get(toolOf);
      if (machine === undefined) return answer(404, { statusCode: 404, message: 'sandbox not found' });
      if (machine.state === 'asleep')
        return answer(400, { statusCode: 400, message: `sandbox ${toolOf} is not running` });
      return toolbox(call, tool);
    }
    if (path === '/sandbox' && method === 'POST')
      return answer(200, told(lend(machines, json()['labels'], json())));
    if (path === '/sandbox' && method === 'GET') {
      const wanted = Object.entries(JSON.parse(query.get('labels') ?? '{}') as Record<string, string>);
      const found = [...machines.values()].filter(({ labels }) =>
        wanted.every(([name, value]) => labels[name] === value),
      );
      return answer(200, { items: found.map(told), nextCursor: null });
    }
    const [, id = '', verb] = /^\/sandbox\/([^/]+)(?:\/([\w-]+))?/.exec(path) ?? [];
    const machine = machines.get(id);
    if (machine === undefined)
      return answer(404, { statusCode: 404, message: `Sandbox with ID ${id} not found` });
    if (method === 'DELETE') machines.delete(id);
    if (verb === 'start') machine.state = 'awake';
    if (verb === 'stop') machine.state = 'asleep';
    answer(200, told(machine));
  });
  return fake;
}

async function toolbox(call: FakeCall, path: string): Promise<void> {
  const { answer, json, response } = call;
  if (path === '/process/execute') {
    const {
      command,
      envs = {},
      cwd,
    } = json() as {
      command: string;
      envs?: Record<string, string>;
      cwd?: string;
    };
    const { stdout, stderr, code } = await finish(['/bin/sh', '-c', command], {
      env: envs,
      ...(cwd === undefined ? {} : { cwd }),
    });
    return answer(200, { exitCode: code, result: stdout + stderr });
  }
  if (path === '/files/bulk-upload') {
    const form = await formOf(call);
    for (let at = 0; form.has(`files[${at}].path`); at += 1) {
      const file = form.get(`files[${at}].file`);
      const to = String(form.get(`files[${at}].path`));
      if (!(file instanceof Blob)) return answer(400, { message: 'no file' });
      await mkdir(dirname(to), { recursive: true });
      await writeFile(to, Buffer.from(await file.arrayBuffer()));
    }
    return answer(200, {});
  }
  if (path === '/files/bulk-download') {
    const boundary = 'fakeboundary5b1f';
    response.writeHead(200, { 'content-type': `multipart/form-data; boundary=${boundary}` });
    for (const file of (json()['paths'] ?? []) as string[]) {
      const isThere = (await stat(file).catch(() => undefined)) !== undefined;
      response.write(
        `--${boundary}\r\nContent-Disposition: form-data; name="${isThere ? 'file' : 'error'}"; filename="${file}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
      );
      response.write(isThere ? await readFile(file) : 'file not found');
      response.write('\r\n');
    }
    response.end(`--${boundary}--\r\n`);
    return;
  }
  answer(404, { message: `no ${path}` });
}
