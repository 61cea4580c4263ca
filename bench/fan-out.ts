import { fork } from 'node:child_process';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { WebSocketServer, type WebSocket } from 'ws';
import { compile } from '../engine/compile.ts';
import { noUsage } from '../engine/core/message.ts';
import { createEngine } from '../engine/engine.ts';
import { createServer } from '../engine/server/index.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Listening, Received } from './fan-out/listeners.ts';

/*
 * What it costs to deliver events to many sockets. The floor is the package `ws` alone, which sends the same text to every socket of
 * a server; the sockets are in a process of their own, the subjects in turns. `npx tsx bench/fan-out.ts [sockets] [events] [rounds]`.
 */

const [sockets = 1000, events = 20, rounds = 5] = process.argv.slice(2).map(Number);

/** One row of the table. */
interface Subject {
  readonly name: string;
  readonly listening: Listening;
  /** Starts what is listened to; gives what tells the listeners to ask for. */
  prepare(): Promise<object | undefined>;
  /** Sends all events. */
  emit(): void;
  close(): Promise<void>;
}

const text = 'x'.repeat(200);

async function bareWs(): Promise<Subject> {
  const http = createHttpServer();
  const server = new WebSocketServer({ server: http });
  const open = new Set<WebSocket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => undefined);
    socket.on('message', () => socket.send('{"type":"started"}'));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    name: 'bare ws',
    listening: { url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/`, sockets, events },
    prepare: () => Promise.resolve({}),
    emit() {
      for (let count = 0; count < events; count += 1) {
        const timestamp = new Date().toISOString();
        const frame = JSON.stringify({ v: 1, type: 'event', event: { type: 'text_delta', timestamp, text } });
        for (const socket of open) socket.send(frame);
      }
    },
    async close() {
      server.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function engineSubject(): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-fan-out-'));
  writeFileSync(
    join(folder, 'engine.yaml'),
    'name: bench\nmodel: script/gated\nstore: { type: memory }\n' +
      'server: { limits: { connections: 20000, requests: 100000 } }\n',
  );
  writeFileSync(
    join(folder, 'echo.md'),
    '---\nkind: agent\nname: echo\ndescription: Answers.\n---\nAnswer.\n',
  );
  writeFileSync(join(folder, 'gated.yaml'), 'kind: model\nname: gated\ndefault: { text: unused }\n');
  const { program, diagnostics } = await compile(folder);
  if (program === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  let open: () => void = () => undefined;
  let gate = Promise.resolve();
  const engine = await createEngine({
    program,
    ports: {
      models: {
        async *stream() {
          await gate;
          for (let count = 0; count < events; count += 1) yield { type: 'text_delta', text };
          yield {
            type: 'finish',
            finish: 'stop',
            usage: noUsage,
            message: { role: 'assistant', content: [{ type: 'text', text: 'Good morning.' }] },
          };
        },
      },
    },
  });
  const server = createServer(engine, { port: 0, log: () => undefined });
  const { url } = await server.listen();
  return {
    name: 'engine',
    listening: { url: `${url.replace('http', 'ws')}/agents/echo/one`, sockets, events },
    async prepare() {
      gate = new Promise((resolve) => (open = resolve));
      const { submissionId } = await engine.dispatch('echo', { instance: 'one', message: 'Go' });
      return { v: 1, type: 'subscribe', requestId: '1', submissionId };
    },
    emit: () => open(),
    async close() {
      await server.close();
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One round: all sockets ask, then hear everything. Gives latencies in milliseconds and the CPU that it took here. */
async function round(
  subject: Subject,
): Promise<{ readonly latencies: readonly number[]; readonly cpuMs: number }> {
  const child = fork(fileURLToPath(new URL('./fan-out/listeners.ts', import.meta.url)), [], {
    execArgv: ['--import', 'tsx'],
  });
  const next = (): Promise<Received> =>
    new Promise((resolve, reject) => {
      child.once('message', (message) => resolve(message as Received));
      child.once('exit', (code) => reject(new Error(`the listeners ended with ${String(code)}`)));
    });
  const ready = next();
  child.send({ ...subject.listening, ask: await subject.prepare() });
  await ready;
  const done = next();
  const before = process.cpuUsage();
  subject.emit();
  const received = await done;
  const { user, system } = process.cpuUsage(before);
  child.removeAllListeners('exit');
  child.kill();
  if (received.type !== 'done') throw new Error('the listeners said nothing');
  return { latencies: received.latencies, cpuMs: (user + system) / 1_000 };
}

const subjects = [await bareWs(), await engineSubject()];
const seen = new Map<Subject, { latencies: number[]; cpuMs: number }>();
for (let count = 0; count < rounds; count += 1) {
  for (const subject of subjects) {
    const { latencies, cpuMs } = await round(subject);
    const all = seen.get(subject) ?? { latencies: [], cpuMs: 0 };
    seen.set(subject, { latencies: [...all.latencies, ...latencies], cpuMs: all.cpuMs + cpuMs });
  }
}
const line = (...[name, ...cells]: readonly string[]): string =>
  `${(name ?? '').padEnd(28)}${cells.map((cell) => cell.padStart(12)).join('')}\n`;
process.stdout.write(line(`${events} events × ${sockets} sockets`, 'p50 ms', 'p99 ms', 'µs each', '× floor'));
let floor: number | undefined;
for (const [{ name }, { latencies, cpuMs }] of seen) {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(0);
  const each = (cpuMs * 1_000) / latencies.length;
  floor ??= each;
  process.stdout.write(line(name, at(0.5), at(0.99), each.toFixed(2), (each / floor).toFixed(2)));
}
for (const subject of subjects) await subject.close();
