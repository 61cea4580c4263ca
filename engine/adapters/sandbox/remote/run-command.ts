import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../../../core/problem.ts';
import type { HostCommand } from '../../../ports/sandbox-host.ts';
import type { ExecResult } from '../../../ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../../program/sandbox.ts';
import { commandScript, readCommand, resultOf, stopScript, type Left } from './command-script.ts';
import { patiently } from './faults.ts';
import { newMark } from './framed.ts';
import { exportsOf, quote } from './quote.ts';
import type { RemoteMachine } from './service.ts';

/** Longest command, in characters, that is a word of a command line; a longer one goes there as a file. */
const longestWord = 32_000;

/** What a machine may take longer than the command, in milliseconds: for the way there and back, and to end it. */
const usualGraceMs = 15_000;

/**
 * Runs a command on a machine, with all that it started ended there after its time and at an abort.
 * @param graceMs what the machine may take longer than the command, in milliseconds; default 15,000.
 * Throws Problem `timeout`, `aborted`, and `sandbox_failed` for a folder that is not there.
 */
export async function runCommand(
  machine: RemoteMachine,
  spec: SandboxSpec,
  command: HostCommand,
  graceMs = usualGraceMs,
): Promise<ExecResult> {
  const { timeoutMs, signal, outputBytes, cwd } = command;
  const mark = newMark();
  const { words, setup, env, file } = await wordsOf(machine, spec, command, mark);
  /** What was sent holds secrets; once it runs, its first line removes it. */
  let removed: Promise<void> | undefined;
  const removeSent = async (): Promise<void> => {
    if (file !== undefined) await (removed ??= remove(machine, file, graceMs));
  };
  if (signal.aborted) {
    await removeSent();
    throw aborted();
  }
  let hasRun = false;
  const script = commandScript({ cwd, timeoutMs, outputBytes }, { words, setup, mark });
  const cut = new AbortController();
  const ended = machine
    .shell(script, { env, timeoutMs: timeoutMs + 2 * graceMs, signal: cut.signal })
    .then((output) => readCommand(output, mark));
  ended.catch(() => undefined);

  let stopWaiting: (() => void) | undefined;
  const abort = new Promise<'aborted'>((resolve) => {
    stopWaiting = () => resolve('aborted');
    signal.addEventListener('abort', stopWaiting, { once: true });
  });
  const bell = new AbortController();
  const late = wait(timeoutMs + graceMs, 'late' as const, { signal: bell.signal }).catch(
    () => 'late' as const,
  );
  try {
    const first = await Promise.race([ended, abort, late]);
    if (first === 'aborted' || first === 'late') {
      await Promise.all([stop(machine, mark, graceMs), removeSent()]);
      throw first === 'aborted' ? aborted() : overTime();
    }
    if (first === 'timeout') throw overTime();
    if (first === 'stopped') throw aborted();
    if (first === 'no folder') throw new Problem('sandbox_failed', `there is no folder "${cwd}" to run in`);
    if (first === undefined)
      throw new Problem(
        'sandbox_failed',
        `sandbox "${spec.name}" (${spec.type}) lost the command: the machine gave no result`,
      );
    hasRun = true;
    return await fetched(machine, first, { outputBytes, graceMs });
  } catch (thrown) {
    // What is still running there has nobody to run for.
    if (!(thrown instanceof Problem)) await stop(machine, mark, graceMs);
    throw thrown;
  } finally {
    bell.abort();
    cut.abort();
    if (stopWaiting !== undefined) signal.removeEventListener('abort', stopWaiting);
    if (!hasRun) await removeSent();
  }
}

/** The command as words of a shell. Secrets go there apart from the command line. */
async function wordsOf(
  machine: RemoteMachine,
  spec: SandboxSpec,
  { argv, script, env }: HostCommand,
  mark: string,
): Promise<{
  readonly words: string;
  readonly setup: string;
  readonly env: Readonly<Record<string, string>>;
  readonly file?: string;
}> {
  const isFree = spec.commands.length === 0;
  const shell = isFree ? '$(command -v bash >/dev/null && echo bash --noprofile --norc || echo sh)' : 'sh';
  const words = argv?.map(quote).join(' ') ?? `${shell} -c ${quote(script)}`;
  const isPlain = machine.takesEnv || Object.keys(env).every((name) => name === 'HOME');
  const size = words.length + (machine.takesEnv ? JSON.stringify(env).length : 0);
  if (isPlain && size <= longestWord)
    return machine.takesEnv ? { words, setup: '', env } : { words, setup: exportsOf(env), env: {} };
  const file = `/tmp/.engine-${mark}.sh`;
  const body = `rm -f ${file}\n${exportsOf(env)}export ENGINE_COMMAND=${mark}\n${argv === undefined ? script : `exec ${words}`}\n`;
  await patiently(true, () => machine.upload(file, Buffer.from(body)));
  return { words: `${argv === undefined ? shell : 'sh'} ${file}`, setup: '', env: {}, file };
}

async function fetched(
  machine: RemoteMachine,
  left: Left,
  { outputBytes, graceMs }: { readonly outputBytes: number; readonly graceMs: number },
): Promise<ExecResult> {
  const { exitCode, stdout, stderr, folder } = left;
  const bytesOf = async (output: Left['stdout']): Promise<Uint8Array> =>
    'file' in output ? patiently(true, () => machine.download(output.file)) : output;
  if (!('file' in stdout) && !('file' in stderr)) return resultOf(exitCode, [stdout, stderr], outputBytes);
  try {
    return resultOf(exitCode, await Promise.all([bytesOf(stdout), bytesOf(stderr)]), outputBytes);
  } finally {
    await remove(machine, folder, graceMs);
  }
}

/** Ends a command. A machine that cannot be reached ends it by itself, after its time. */
function stop(machine: RemoteMachine, mark: string, graceMs: number): Promise<void> {
  return inTime(
    patiently(true, () => machine.shell(stopScript(mark), { timeoutMs: graceMs })),
    graceMs,
  );
}

function remove(machine: RemoteMachine, file: string, graceMs: number): Promise<void> {
  return inTime(machine.shell(`rm -rf ${quote(file)}`, { timeoutMs: graceMs }), graceMs);
}

/** Waits for what may fail, and only so long: a machine that is gone may never answer. */
async function inTime(work: Promise<unknown>, graceMs: number): Promise<void> {
  const quiet = work.then(
    () => undefined,
    () => undefined,
  );
  await Promise.race([quiet, wait(graceMs, undefined, { ref: false })]);
}

function aborted(): Problem {
  return new Problem('aborted', 'the command was aborted');
}

function overTime(): Problem {
  return new Problem('timeout', 'the command ran too long');
}
