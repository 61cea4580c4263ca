import { spawnSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { benchCold } from './http/cold.ts';
import { benchRequests } from './http/requests.ts';
import { benchSockets } from './http/sockets.ts';

/*
 * What a server costs when the model answers at once: prompts, answers as events, receipts, sockets, and its start. The floor is Koa
 * and ws with nothing behind them, in the same run. Server and load are processes of their own; what is compared is loaded in turns.
 * On a busy machine processor time and ratios say more than milliseconds.
 * `npm run bench -- [part...] [seconds per round]`; parts: http, sse, dispatch, ws, fan-out, cold.
 */

const args = process.argv.slice(2);
const seconds = Number(args.find((arg) => /^\d/.test(arg)) ?? 2);

const parts = {
  http: () =>
    benchRequests(
      {
        kind: 'json',
        title: 'POST /agents',
        concurrency: [1, 16, 64],
        targets: { 'engine, in memory 16': '≥ 800', 'engine, durable 16': '≥ 500' },
      },
      seconds,
    ),
  sse: () =>
    benchRequests(
      { kind: 'events', title: 'POST /agents, SSE', concurrency: [1, 16, 64], targets: {} },
      seconds,
    ),
  dispatch: () =>
    benchRequests(
      {
        kind: 'dispatch',
        title: 'POST …/dispatch',
        concurrency: [16, 64],
        targets: { 'engine, durable 16': '≥ 2000', 'engine, durable 64': '≥ 2000' },
      },
      seconds,
    ),
  ws: () => benchSockets(1000),
  'fan-out': () => Promise.resolve(runFile('fan-out.ts', ['1000', '20', '3'])),
  cold: () => benchCold(11),
};

const wanted = args.filter((arg) => !/^\d/.test(arg));
const unknown = wanted.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined)
  throw new Error(`no part "${unknown}"; there are: ${Object.keys(parts).join(', ')}`);
const load = loadavg().map((value) => value.toFixed(1));
console.log(`Node ${process.version}, ${availableParallelism()} cores, load ${load.join(' ')}`);
for (const [name, bench] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log('');
  await bench();
}

function runFile(file: string, given: readonly string[]): void {
  const path = fileURLToPath(new URL(file, import.meta.url));
  spawnSync(process.execPath, ['--import', 'tsx', path, ...given], { stdio: 'inherit' });
}
