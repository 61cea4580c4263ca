import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism, constants, setPriority } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from '../../../core/problem.ts';
import type { Order, Readiness, Report } from './protocol.ts';
import { stoppedBy } from './stopped-by.ts';

/** Processes that do pieces of work, as many at a time as there are processors. */
export interface Processes {
  /**
   * Does one piece. Resolves with undefined after `timeMs`: the process is killed then, as when the signal aborts, whose Problem is thrown.
   * Throws Problem `tool_failed` when the process breaks down.
   */
  work(
    order: Order,
    options: { readonly timeMs: number; readonly signal: AbortSignal },
  ): Promise<(Worked & { readonly report: Report }) | undefined>;
  close(): void;
}

/** How long a piece took, and what its process printed by itself. */
interface Worked {
  readonly tookMs: number;
  readonly printed: string;
}

interface Running {
  readonly child: ChildProcess;
  /** Resolves when it can work; rejects when it cannot. */
  readonly ready: Promise<void>;
  pieces: number;
}

const maxIdleMs = 30_000;
/** A process is replaced after this many pieces. */
const maxPieces = 1_000;
const maxStartMs = 30_000;

/** @param module path of the package's module. */
export function createProcesses(module: () => string): Processes {
  const most = Math.max(2, availableParallelism());
  const idle: Running[] = [];
  const all = new Set<Running>();
  const waiting: (() => void)[] = [];
  let working = 0;
  let tidying: NodeJS.Timeout | undefined;

  return {
    async work(order, { timeMs, signal }) {
      await turn(signal);
      let running: Running | undefined;
      try {
        running = idle.pop() ?? start(module());
        hold(running, true);
        await untilStopped(running.ready, signal);
        const done = await doPiece(running, order, timeMs, signal);
        running.pieces += 1;
        if (done === undefined || running.pieces >= maxPieces) end(running);
        else rest(running);
        return done;
      } catch (thrown) {
        if (running !== undefined) end(running);
        throw thrown;
      } finally {
        working -= 1;
        waiting.shift()?.();
      }
    },
    close() {
      clearTimeout(tidying);
      for (const running of [...all]) end(running);
    },
  };

  /** Resolves when there is a place to work. */
  async function turn(signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw stoppedBy(signal);
    if (working < most) {
      working += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', give);
        working += 1;
        resolve();
      };
      const give = (): void => {
        waiting.splice(waiting.indexOf(go), 1);
        reject(stoppedBy(signal));
      };
      waiting.push(go);
      signal.addEventListener('abort', give, { once: true });
    });
  }

  function start(path: string): Running {
    const child = fork(entry, [path], {
      // Without an environment, and where nothing of the project is.
      env: {},
      cwd: dirname(entry),
      execArgv: [...loaders, '--max-old-space-size=256'],
      // Ctrl-C is for the engine, which ends these itself.
      detached: true,
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
    });
    const ready = new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(broken('did not start')), maxStartMs);
      child.once('message', (word: Readiness) => {
        clearTimeout(late);
        if (word.isReady) return resolve();
        const message = `Python cannot be run: @pydantic/monty cannot be loaded here: ${word.message}`;
        reject(new Problem('not_available', message));
      });
      child.once('error', reject);
      child.once('exit', () => {
        clearTimeout(late);
        reject(broken('could not be loaded'));
      });
    });
    ready.catch(() => undefined);
    // Whatever code computes, the engine comes first.
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    const running: Running = { child, ready, pieces: 0 };
    all.add(running);
    child.on('error', () => end(running));
    child.once('exit', () => {
      all.delete(running);
      if (idle.includes(running)) idle.splice(idle.indexOf(running), 1);
    });
    return running;
  }

  function rest(running: Running): void {
    hold(running, false);
    idle.push(running);
    clearTimeout(tidying);
    tidying = setTimeout(() => {
      for (const one of idle.splice(0)) end(one);
    }, maxIdleMs).unref();
  }

  function end(running: Running): void {
    all.delete(running);
    running.child.kill('SIGKILL');
  }
}

/** This program has not ended while a process works, and may end while it rests. */
function hold({ child }: Running, isHeld: boolean): void {
  const how = isHeld ? 'ref' : 'unref';
  child[how]();
  child.channel?.[how]();
  const { stdout } = child;
  if (stdout !== null && how in stdout) (stdout as unknown as Record<typeof how, () => void>)[how]();
}

async function untilStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw stoppedBy(signal);
  let onAbort: (() => void) | undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(stoppedBy(signal));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}

async function doPiece(
  { child }: Running,
  order: Order,
  timeMs: number,
  signal: AbortSignal,
): Promise<(Worked & { readonly report: Report }) | undefined> {
  const began = performance.now();
  const mark = order.kind === 'feed' ? order.mark : undefined;
  const printed = collect(child, mark, order.limits.outputChars);
  let late: NodeJS.Timeout | undefined;
  let onMessage: ((report: unknown) => void) | undefined;
  let onExit: ((code: number | null, by: string | null) => void) | undefined;
  try {
    const reported = new Promise<Report>((resolve, reject) => {
      onMessage = (report) => resolve(report as Report);
      onExit = (code, by) => reject(broken(`broke down (${by ?? `code ${code}`})`));
      child.once('message', onMessage);
      child.once('exit', onExit);
      child.send(order, (failed) => {
        if (failed !== null) reject(broken('broke down'));
      });
    });
    const tooLate = new Promise<undefined>((resolve) => {
      late = setTimeout(() => resolve(undefined), timeMs);
    });
    const report = await untilStopped(Promise.race([reported, tooLate]), signal);
    if (report === undefined) return undefined;
    const tookMs = performance.now() - began;
    const all = mark === undefined ? '' : await untilStopped(Promise.race([printed.done, tooLate]), signal);
    return all === undefined ? undefined : { report, tookMs, printed: all };
  } finally {
    clearTimeout(late);
    printed.stop();
    if (onMessage !== undefined) child.off('message', onMessage);
    if (onExit !== undefined) child.off('exit', onExit);
  }
}

/** What a process prints up to the line that marks the end; of more than the limit only as much as tells that it is more. */
function collect(
  { stdout }: ChildProcess,
  mark: string | undefined,
  limit: number,
): { readonly done: Promise<string>; stop(): void } {
  const decoder = new TextDecoder();
  const ending = `\n${mark}\n`;
  let kept = '';
  let tail = '';
  let finish: (text: string) => void = () => undefined;
  const done = new Promise<string>((resolve) => {
    finish = resolve;
  });
  const onData = (chunk: Uint8Array): void => {
    if (mark === undefined) return;
    const text = decoder.decode(chunk, { stream: true });
    tail = (tail + text).slice(-ending.length);
    if (kept.length <= limit + ending.length) kept += text;
    if (tail === ending) finish(kept.endsWith(ending) ? kept.slice(0, -ending.length) : kept);
  };
  stdout?.on('data', onData);
  return { done, stop: () => stdout?.off('data', onData) };
}

function broken(how: string): Problem {
  return new Problem('tool_failed', `the Python interpreter ${how}`, {
    details: { type: 'SystemError', message: `the interpreter ${how}` },
  });
}

const entry = fileURLToPath(
  new URL(`./interpreter${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
);

/** What lets this program read its own files, when they are not compiled. */
const loaders = entry.endsWith('.ts') ? process.execArgv.filter((one) => !/^--(inspect|max-)/.test(one)) : [];
