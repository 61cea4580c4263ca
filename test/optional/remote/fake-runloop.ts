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

/** The API of Runloop. Long outputs are cut, as it does. */
export function serveRunloop(key: string): Promise<FakeService> {
  const machines = new Map<string, FakeMachine>();
  const policies = new Map<string, string>();
  const running = new Map<string, { done: Promise<object>; result?: object }>();
  return serveFake(machines, async (call) => {
    const { method, path, query, request, answer, json } = call;
    if (request.headers.authorization !== `Bearer ${key}`) return answer(401, { message: 'wrong key' });
    if (path === '/v1/network-policies') {
      if (method === 'GET')
        return answer(200, {
          network_policies: [...policies].map(([name, id]) => ({ id, name })),
          has_more: false,
        });
      const name = String(json()['name']);
      policies.set(name, `np_${policies.size}`);
      return answer(200, { id: policies.get(name), name });
    }
    if (path === '/v1/devboxes') {
      if (method === 'GET')
        return answer(200, {
          devboxes: [...machines.values()]
            .filter((machine) => statusOf(machine) === query.get('status'))
            .map(told),
          has_more: false,
        });
      return answer(200, told(lend(machines, json()['metadata'], json(), 'dbx_')));
    }
    const [, id = '', verb = '', execution] =
      /^\/v1\/devboxes\/([^/]+)(?:\/(\w+))?(?:\/([^/]+)\/wait_for_status)?$/.exec(path) ?? [];
    const machine = machines.get(id);
    if (machine === undefined) return answer(404, { message: `devbox ${id} not found` });
    if (verb === '' || verb === 'wait_for_status') return answer(200, told(machine));
    if (verb === 'shutdown') {
      machines.delete(id);
      return answer(200, { ...told(machine), status: 'shutdown' });
    }
    if (verb === 'resume' || verb === 'suspend') {
      machine.state = verb === 'resume' ? 'awake' : 'asleep';
      return answer(200, told(machine));
    }
    if (machine.state === 'asleep') return answer(400, { message: `devbox ${id} is suspended` });
    if (verb === 'keep_alive') return answer(200, {});
    if (verb === 'execute') {
      const { command, command_id: executionId } = json() as { command: string; command_id: string };
      const done = finish(['/bin/bash', '-c', command]).then(({ stdout, stderr, code }) => ({
        ...{ devbox_id: id, execution_id: executionId, status: 'completed', exit_status: code },
        stdout: stdout.split('\n').slice(-101).join('\n').slice(0, 20_000),
        stderr: stderr.slice(0, 20_000),
      }));
      running.set(executionId, { done });
      const waiting = { devbox_id: id, execution_id: executionId, status: 'running' };
      // A quick one is told of at once, another one is to be waited for.
      return answer(200, await Promise.race([done, later(150, waiting)]));
    }
    if (verb === 'executions') {
      const found = running.get(execution ?? '');
      if (found === undefined) return answer(404, { message: 'no such execution' });
      const result = await Promise.race([found.done, later(400, undefined)]);
      return result === undefined ? answer(408, { message: 'still running' }) : answer(200, result);
    }
    if (verb === 'download_file') {
      const file = String(json()['path']);
      if (!(await exists(file))) return answer(400, { message: `no file ${file}` });
      return answer(200, await readFile(file));
    }
    if (verb === 'upload_file') return upload(call);
    answer(404, { message: `no ${path}` });
  });
}

function statusOf({ state }: FakeMachine): string {
  return state === 'awake' ? 'running' : 'suspended';
}

function told(machine: FakeMachine): object {
  return { id: machine.id, status: statusOf(machine), metadata: machine.labels, create_time_ms: 0 };
}

function later<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms));
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

async function upload(call: FakeCall): Promise<void> {
  const form = await formOf(call);
  const file = form.get('file');
  const path = String(form.get('path'));
  if (!(file instanceof Blob)) return call.answer(400, { message: 'no file' });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, Buffer.from(await file.arrayBuffer()));
  call.answer(200, {});
}
