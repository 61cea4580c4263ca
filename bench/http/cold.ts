import { fork, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { get } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Used } from './subject.ts';
import { middle, row } from './table.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const preload = new URL('answer-usage.mjs', import.meta.url).href;

interface Start extends Used {
  readonly wallMs: number;
}

/** Prints what a start of the built command costs until `/health` answers, beside one of a bare Koa. */
export async function benchCold(starts: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-cold-'));
  try {
    await buildInto(folder);
    const bare: Start[] = [];
    const engine: Start[] = [];
    for (let count = 0; count < starts; count += 1) {
      const port = await freePort();
      bare.push(await start(fileURLToPath(new URL('start-bare.mjs', import.meta.url)), [String(port)], port));
      const project = join(folder, `project-${count}`);
      cpSync(join(root, 'examples/hello/src'), join(project, 'src'), { recursive: true });
      const args = ['serve', '--project', project, '--port', String(port)];
      engine.push(await start(join(folder, 'dist/cli/main.js'), args, port));
    }
    row(`start to /health, of ${starts}`, 'wall ms', 'CPU ms', 'RSS MiB', 'CPU × floor', 'target');
    print('bare Koa', bare, bare, '');
    print('engine serve (built)', engine, bare, '≤ 400 ms, ≤ 90 MiB');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(name: string, starts: readonly Start[], floor: readonly Start[], target: string): void {
  const cpu = middle(starts.map(({ cpuMs }) => cpuMs));
  row(
    name,
    middle(starts.map(({ wallMs }) => wallMs)),
    cpu,
    middle(starts.map(({ rss }) => rss)) / 1024 / 1024,
    cpu / middle(floor.map(({ cpuMs }) => cpuMs)),
    target === '' ? '' : `  ${target}`,
  );
}

async function buildInto(folder: string): Promise<void> {
  for (const name of ['schema', 'specs', 'node_modules', 'package.json'])
    symlinkSync(join(root, name), join(folder, name));
  const { bundle } = (await import(pathToFileURL(join(root, 'scripts/bundle.mjs')).href)) as {
    bundle: (outdir: string) => Promise<void>;
  };
  await bundle(join(folder, 'dist'));
}

async function start(file: string, args: readonly string[], port: number): Promise<Start> {
  const begin = performance.now();
  const child = fork(file, [...args], {
    execArgv: ['--import', preload],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  while (!(await isHealthy(port))) {
    if (child.exitCode !== null) throw new Error(`${file} ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const wallMs = performance.now() - begin;
  const used = await usage(child);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  return { ...used, wallMs };
}

function usage(child: ChildProcess): Promise<Used> {
  return new Promise((resolve) => {
    child.once('message', (message) => resolve(message as Used));
    child.send({});
  });
}

function isHealthy(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path: '/health', agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode === 200));
    }).on('error', () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
