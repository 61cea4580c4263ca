import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { Readable } from 'node:stream';
import { formatDuration } from '../../core/duration.ts';
import { Problem } from '../../core/problem.ts';
import type { ExecResult } from '../../ports/sandbox.ts';
import { capture } from './captured-output.ts';

/** A program of this machine and its bounds. */
export interface ProcessOrder {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly outputBytes: number;
  /** Open files that the program gets as its descriptors 3 and on. */
  readonly descriptors?: readonly number[];
  /**
   * Ends the process and what it started; resolves when it is gone.
   * @param group id of its process group.
   * @param left what is known of what it started, when it has ended by itself: `none` when nothing holds its outputs any more.
   */
  readonly end: (group: number, left: 'none' | 'some') => Promise<void>;
}

/**
 * Runs a program in a session and process group of its own, without input and without a terminal. When this settles, the program has ended and `end`
 * was asked to end what it left behind. A program that cannot be found is a result, as a shell gives it.
 * Throws Problem `timeout`, `aborted`; `sandbox_failed` where no process can be made.
 */
export async function runProcess(order: ProcessOrder): Promise<ExecResult> {
  const [program, ...rest] = order.argv;
  let child: ChildProcess;
  try {
    child = spawn(program, rest, {
      cwd: order.cwd,
      env: order.env,
      detached: true,
      // All that the command starts holds the last one open, unless it closes what it does not know.
      stdio: ['ignore', 'pipe', 'pipe', ...(order.descriptors ?? []), 'pipe'],
      windowsHide: true,
    });
  } catch (thrown) {
    throw notStarted(program, thrown);
  }
  if (child.stdout === null || child.stderr === null) throw notStarted(program, undefined);
  const stdout = capture(child.stdout, order.outputBytes);
  const stderr = capture(child.stderr, order.outputBytes);
  const holder = child.stdio.at(-1);
  holder?.on('error', () => undefined);
  if (holder instanceof Readable) holder.resume();
  let fault: Problem | undefined;
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve({ code, signal });
    });
  });
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
  });
  let ending: Promise<void> | undefined;
  const stop = (problem: Problem): void => {
    if (ending !== undefined || child.pid === undefined) return;
    fault = problem;
    ending = order.end(child.pid, 'some');
  };
  const onAbort = (): void => {
    stop(new Problem('aborted', 'the command was aborted'));
  };
  const timer = setTimeout(() => {
    stop(new Problem('timeout', `the command ran longer than ${formatDuration(order.timeoutMs)}`));
  }, order.timeoutMs);
  order.signal.addEventListener('abort', onAbort, { once: true });
  if (order.signal.aborted) onAbort();
  try {
    const { code, signal } = await exited;
    const isClosed = await settled(closed, 100);
    await (ending ?? order.end(child.pid ?? 0, isClosed ? 'none' : 'some'));
    if (!isClosed) await settled(closed, 1_000);
    if (fault !== undefined) throw fault;
    return {
      stdout: stdout.text(),
      stderr: stderr.text(),
      exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
      truncated: stdout.isCut || stderr.isCut,
    };
  } catch (thrown) {
    const missing = missingProgram(program, thrown);
    if (missing !== undefined) return missing;
    throw thrown instanceof Problem ? thrown : notStarted(program, thrown);
  } finally {
    clearTimeout(timer);
    order.signal.removeEventListener('abort', onAbort);
    for (const stream of child.stdio) stream?.destroy();
  }
}

/** Whether the outputs are closed, which they are at once unless something that was started holds them. */
async function settled(closed: Promise<void>, patienceMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, patienceMs, false);
  });
  const isClosed = await Promise.race([closed.then(() => true), patience]);
  clearTimeout(timer);
  return isClosed;
}

function missingProgram(program: string, thrown: unknown): ExecResult | undefined {
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === 'ENOENT')
    return { stdout: '', stderr: `${program}: command not found\n`, exitCode: 127, truncated: false };
  if (code === 'EACCES')
    return { stdout: '', stderr: `${program}: permission denied\n`, exitCode: 126, truncated: false };
  return undefined;
}

function notStarted(program: string, thrown: unknown): Problem {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new Problem('sandbox_failed', `"${program}" cannot be started: ${reason}`, { cause: thrown });
}
