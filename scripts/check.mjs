// Runs what `npm run` knows as format:check, lint, types, rooms, unused and gen:check, two at a time: all, or the parts
// that are named. Each part's output comes whole when it ends; the exit code is 1 if any failed.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

// Most of what a part allocates dies at once: room for it spares a tenth of the work.
const young = '--max-semi-space-size=32';
// Of what all types take a third is left for growth; without a limit Node would take twice as much before it cleans up.
const limit = '--max-old-space-size=1536';
/** The parts that are a command each, the longest first. */
const commands = { format: 'format:check', unused: 'unused', rooms: 'rooms', gen: 'gen:check' };
/** The parts that read all types: one process that reads them once. */
const typed = ['types', 'lint'];
const parts = ['format', 'lint', 'types', 'rooms', 'unused', 'gen'];

const named = process.argv.slice(2);
const unknown = named.find((name) => !parts.includes(name));
if (unknown !== undefined) {
  process.stderr.write(`there is no part "${unknown}": ${parts.join(', ')}\n`);
  process.exit(2);
}
const wanted = parts.filter((part) => named.length === 0 || named.includes(part));
const withTypes = typed.filter((part) => wanted.includes(part));
const jobs = Object.keys(commands)
  .filter((part) => wanted.includes(part))
  .map((part) => () => command(part));
if (withTypes.length > 0) jobs.unshift(() => typedParts(withTypes));

const started = performance.now();
const running = new Set();
const failed = [];
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => {
    for (const child of running) child.kill(signal);
    process.kill(process.pid, signal);
  });

await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
process.stdout.write(
  failed.length === 0
    ? `check: ${wanted.join(', ')} passed in ${seconds(started)}\n`
    : `check: ${failed.map(({ part, code }) => `${part} failed with ${code}`).join(', ')}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

/** Takes one job after the other until none is left. */
async function work() {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job();
}

/** Runs the command of a part as `npm run` would, in Node itself. */
async function command(part) {
  const [name, ...words] = scripts[commands[part]].split(' ');
  const start = name === 'tsx' ? ['--import', 'tsx'] : [bin(name)];
  const since = performance.now();
  const { code, output } = await ended(spawn(process.execPath, [young, ...start, ...words], { cwd: root }));
  tell(part, code, output, since);
}

/** Runs the parts that need types; each is told as soon as it is through. */
async function typedParts(which) {
  let since = performance.now();
  const left = new Set(which);
  const child = fork(`${root}scripts/check-typed.mjs`, which, {
    cwd: root,
    execArgv: [young, limit],
    silent: true,
  });
  child.on('message', ({ part, code, output }) => {
    left.delete(part);
    tell(part, code, output, since);
    since = performance.now();
  });
  const [{ code, output }] = await Promise.all([ended(child), once(child, 'disconnect')]);
  // It ended before its time.
  for (const part of left) tell(part, code === 0 ? 1 : code, output, since);
}

function tell(part, code, output, since) {
  if (code !== 0) failed.push({ part, code });
  const text = output.trim();
  process.stdout.write(
    `── ${part}: ${code === 0 ? 'passed' : `failed with ${code}`} in ${seconds(since)}\n${text === '' ? '' : `${text}\n`}`,
  );
}

/** What a child said, on both streams, and its exit code, or the signal that ended it. */
function ended(child) {
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => (output += text));
  }
  return new Promise((resolve) => {
    child.on('error', (error) => (output += error.message));
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ code: code ?? signal ?? 1, output });
    });
  });
}

/** The file of a command of node_modules/. */
function bin(name) {
  const owner = { depcruise: 'dependency-cruiser' }[name] ?? name;
  const folder = `${root}node_modules/${owner}/`;
  const { bin } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'));
  return folder + (typeof bin === 'string' ? bin : bin[name]);
}

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
