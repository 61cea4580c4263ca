// The globals are closed to code that runs inside the virtual shell.
import { clearTimeout, setTimeout } from 'node:timers';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { formatDuration } from '../../core/duration.ts';
import { Problem } from '../../core/problem.ts';
import type { ExecResult } from '../../ports/sandbox.ts';
import { answerFileCall } from './files-by-message.ts';
import type { ScriptOptions, ScriptSpec } from './run-script.ts';
import type { Order, Report } from './shell-worker.ts';

/** Threads for scripts that may never come back. None is there before the first such script. */
export interface ShellThreads {
  /**
   * Runs a script as `runScript` does, in a thread that is ended with it when it does not end by itself.
   * Throws what `runScript` throws, and Problem `sandbox_failed` when it needs more memory than it may have.
   */
  run(spec: ScriptSpec, script: string, options: ScriptOptions): Promise<ExecResult>;
}

/** Threads at a time; further scripts wait for one, within their time. */
const most = 8;
const maxIdleMs = 30_000;
/** How long a script may take to notice that its time is over. */
const graceMs = 500;
/** Megabytes that a thread holds besides what its script does. */
const ownMb = 64;
const largestMb = 256;

interface Thread {
  readonly worker: Worker;
  readonly memoryMb: number;
}

/** @see ShellThreads */
export function createShellThreads(): ShellThreads {
  const idle: Thread[] = [];
  const waiting: (() => void)[] = [];
  let working = 0;
  let tidying: NodeJS.Timeout | undefined;

  return {
    async run(spec, script, options) {
      const ends = Date.now() + options.timeoutMs;
      await turn(options);
      let thread: Thread | undefined;
      let isReusable = false;
      try {
        thread = take(Math.min(largestMb, spec.bounds.memoryMb + ownMb));
        const timeoutMs = Math.max(1, ends - Date.now());
        const result = await runIn(thread.worker, spec, script, { ...options, timeoutMs }, options.timeoutMs);
        isReusable = true;
        return result;
      } finally {
        if (thread !== undefined) give(thread, isReusable);
        working -= 1;
        waiting.shift()?.();
      }
    },
  };

  async function turn({ signal, timeoutMs }: ScriptOptions): Promise<void> {
    if (working < most) {
      working += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const stop = (problem: Problem): void => {
        clearTimeout(late);
        signal.removeEventListener('abort', onAbort);
        const place = waiting.indexOf(go);
        if (place >= 0) waiting.splice(place, 1);
        reject(problem);
      };
      const onAbort = (): void => stop(aborted());
      const late = setTimeout(() => stop(tooLong(timeoutMs)), timeoutMs);
      const go = (): void => {
        clearTimeout(late);
        signal.removeEventListener('abort', onAbort);
        working += 1;
        resolve();
      };
      waiting.push(go);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  function take(memoryMb: number): Thread {
    const place = idle.findIndex((one) => one.memoryMb === memoryMb);
    const [found] = place < 0 ? [] : idle.splice(place, 1);
    if (found !== undefined) {
      found.worker.ref();
      return found;
    }
    const worker = startWorker({
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 16 },
      stdout: true,
      stderr: true,
    });
    worker.on('error', () => undefined);
    return { worker, memoryMb };
  }

  function give(thread: Thread, isReusable: boolean): void {
    if (!isReusable || idle.length >= most) {
      void thread.worker.terminate();
      return;
    }
    thread.worker.unref();
    idle.push(thread);
    clearTimeout(tidying);
    tidying = setTimeout(() => {
      for (const { worker } of idle.splice(0)) void worker.terminate();
    }, maxIdleMs).unref();
  }
}

/** @param saidMs the time that the script was given, before it waited for a thread. */
function runIn(
  worker: Worker,
  spec: ScriptSpec,
  script: string,
  { files, cwd, env, timeoutMs, signal }: ScriptOptions,
  saidMs: number,
): Promise<ExecResult> {
  const send = (order: Order): void => worker.postMessage(order);
  return new Promise<ExecResult>((resolve, reject) => {
    let late = setTimeout(() => fail(tooLong(saidMs)), timeoutMs + graceMs);
    const end = (): void => {
      clearTimeout(late);
      signal.removeEventListener('abort', onAbort);
      worker.off('message', onReport);
      worker.off('error', onError);
      worker.off('exit', onExit);
    };
    const fail = (reason: Error): void => {
      end();
      reject(reason);
    };
    const onAbort = (): void => {
      send({ kind: 'abort' });
      clearTimeout(late);
      late = setTimeout(() => fail(aborted()), graceMs);
    };
    const onReport = (report: Report): void => {
      if (report.kind === 'done') {
        end();
        resolve(report.result);
      } else if (report.kind === 'failed') {
        const isLate = report.code === 'timeout';
        fail(isLate ? tooLong(saidMs) : new Problem(report.code, report.message));
      } else void answerFileCall(files, report, send);
    };
    const onError = (cause: Error & { readonly code?: string }): void => {
      const isMemory = cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
      const message = isMemory ? 'the command needs more memory than it may have' : 'the shell failed';
      fail(new Problem('sandbox_failed', message, { cause }));
    };
    const onExit = (): void => fail(new Problem('sandbox_failed', 'the shell ended'));
    worker.on('message', onReport);
    worker.on('error', onError);
    worker.on('exit', onExit);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    const { workspace, commands, network, limits, bounds } = spec;
    const held = { workspace, commands, network, limits, bounds };
    send({ kind: 'run', spec: held, script, cwd, env, timeoutMs });
  });
}

function aborted(): Problem {
  return new Problem('aborted', 'the command was aborted');
}

function tooLong(timeoutMs: number): Problem {
  return new Problem('timeout', `the command ran longer than ${formatDuration(timeoutMs)}`);
}

function startWorker(options: WorkerOptions): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./shell-worker.js', import.meta.url), options);
  // Not compiled: a thread does not inherit what lets this program read its own files.
  const loader = import.meta.resolve('tsx/esm/api');
  const entry = new URL('./shell-worker.ts', import.meta.url).href;
  const begin = `import('${loader}').then(({ register }) => (register(), import('${entry}')))`;
  return new Worker(begin, { ...options, eval: true });
}
