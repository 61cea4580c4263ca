import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer as createHttpServer, request, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Router from '@koa/router';
import Koa from 'koa';
import { compile } from '../engine/compile.ts';
import { noUsage } from '../engine/core/message.ts';
import { createEngine } from '../engine/engine.ts';
import type { Models } from '../engine/ports/model.ts';
import { createServer } from '../engine/server/index.ts';
import { readBody } from '../engine/server/requests/read-body.ts';

/*
 * What `POST /agents/:name/:id` costs when the model answers at once. The floor is a bare Koa route that reads the same body and
 * answers with the same JSON, in the same process; the load comes from a process of its own, every request to a new
 * conversation, the subjects in turns. `npx tsx bench/http.ts [seconds per round]`.
 */

/** One row of the table: a server that answers prompts. */
interface Subject {
  readonly name: string;
  readonly url: string;
  close(): Promise<void>;
}

/** What one round of load saw. */
interface Round {
  readonly latencies: readonly number[];
  readonly seconds: number;
}

const rounds = 3;

async function bareKoa(): Promise<Subject> {
  const router = new Router();
  router.post('/agents/:name/:id', async (context) => {
    const body = (await readBody(context.req, 1024 * 1024)) as { message: string };
    const text = `You said: ${body.message}`;
    const submissionId = 'sub_01ARZ3NDEKTSV4RRFFQ69G5FAV';
    context.body = {
      result: { text, output: text, usage: noUsage, model: 'bench/instant', submissionId, attempts: 1 },
    };
  });
  const app = new Koa();
  app.use(router.routes());
  const handle = app.callback();
  const server = createHttpServer((incoming, response) => void handle(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { name: 'bare Koa route', url: urlOf(server), close: () => closeHttp(server) };
}

async function engineOver(store: 'memory' | 'sqlite'): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-http-'));
  writeFileSync(
    join(folder, 'engine.yaml'),
    `name: bench\nmodel: script/instant\nstore: { type: ${store} }\n`,
  );
  writeFileSync(
    join(folder, 'echo.md'),
    '---\nkind: agent\nname: echo\ndescription: Answers.\n---\nAnswer.\n',
  );
  writeFileSync(join(folder, 'instant.yaml'), 'kind: model\nname: instant\ndefault: { text: unused }\n');
  const { program, diagnostics } = await compile(folder);
  if (program === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const engine = await createEngine({ program, ports: { models: instant } });
  const server = createServer(engine, { port: 0 });
  const { url } = await server.listen();
  return {
    name: store === 'memory' ? 'engine, in memory' : 'engine, durable',
    url,
    async close() {
      await server.close();
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A model that answers at once. */
const instant: Models = {
  async *stream() {
    yield { type: 'text_delta', text: 'Good morning to you.' };
    yield {
      type: 'finish',
      finish: 'stop',
      usage: noUsage,
      message: { role: 'assistant', content: [{ type: 'text', text: 'Good morning to you.' }] },
    };
  },
};

/** Sends prompts to a server for some time from a process of its own. */
async function loadFrom(url: string, concurrency: number, seconds: number): Promise<Round> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(import.meta.url), 'load', url, String(concurrency), String(seconds)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let text = '';
  child.stdout.on('data', (data: Buffer) => (text += data.toString()));
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`the load ended with ${String(code)}`);
  return JSON.parse(text) as Round;
}

/** The other process: as many requests at once as asked, one after another each; the first half second is not counted. */
async function load(url: string, concurrency: number, seconds: number): Promise<Round> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const latencies: number[] = [];
  const body = JSON.stringify({ message: 'Good morning, what is new today?' });
  const begin = performance.now() + 500;
  const end = begin + seconds * 1000;
  let count = 0;
  const lane = async (): Promise<void> => {
    for (let start = performance.now(); start < end; start = performance.now()) {
      count += 1;
      await post(`${url}/agents/echo/${process.pid}-${count}`, body, agent);
      if (start >= begin) latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  agent.destroy();
  return { latencies, seconds };
}

function post(url: string, body: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`status ${String(response.statusCode)}`));
      });
    });
    outgoing.on('error', reject).end(body);
  });
}

async function bench(seconds: number): Promise<void> {
  const subjects = [await bareKoa(), await engineOver('memory'), await engineOver('sqlite')];
  const line = (...[name, ...cells]: readonly string[]): string =>
    `${(name ?? '').padEnd(24)}${cells.map((cell) => cell.padStart(10)).join('')}\n`;
  for (const concurrency of [1, 16]) {
    const seen = new Map<Subject, number[]>(subjects.map((subject) => [subject, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const subject of subjects) {
        const { latencies } = await loadFrom(subject.url, concurrency, seconds);
        seen.get(subject)?.push(...latencies);
      }
    }
    process.stdout.write(line(`POST /agents, c=${concurrency}`, 'p50 ms', 'p95 ms', 'req/s', '× floor'));
    let floor: number | undefined;
    for (const [{ name }, values] of seen) {
      const sorted = Float64Array.from(values).sort();
      const perSecond = values.length / (rounds * seconds);
      floor ??= perSecond;
      const at = (share: number): string =>
        (sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(2);
      process.stdout.write(
        line(name, at(0.5), at(0.95), perSecond.toFixed(0), (perSecond / floor).toFixed(2)),
      );
    }
  }
  for (const subject of subjects) await subject.close();
}

function urlOf(server: HttpServer): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function closeHttp(server: HttpServer): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

const [first, ...rest] = process.argv.slice(2);
if (first === 'load') {
  const [url = '', concurrency, seconds] = rest;
  process.stdout.write(JSON.stringify(await load(url, Number(concurrency), Number(seconds))));
} else {
  await bench(Number(first ?? 2));
}
