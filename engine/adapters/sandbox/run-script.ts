// The globals are closed to code that runs inside the virtual shell.
import { clearTimeout, setTimeout } from 'node:timers';
import type { BashExecResult, CommandName, IFileSystem } from 'just-bash';
import { formatDuration } from '../../core/duration.ts';
import { Problem } from '../../core/problem.ts';
import type { ExecResult } from '../../ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { allowlistedFetch } from './policy-network.ts';
import type { Shell } from './shell.ts';

/** What one script runs with; `timeoutMs` and `signal` end it. */
export interface ScriptOptions {
  readonly files: IFileSystem;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What of a spec a script is held to. */
export type ScriptSpec = Pick<SandboxSpec, 'workspace' | 'commands' | 'network' | 'limits' | 'bounds'>;

/** just-bash fails a script whose output passes its own limit, so that limit stays well above ours. */
const smallestShellOutput = 10 * 1024 * 1024;

/** Bounds of memory above this leave the shell's own in place. */
const smallestLiveBytes = 32 * 1024 * 1024;

/**
 * Runs a script in a fresh virtual shell: no network but the hosts of the spec, no interpreters, hardened limits, only the given environment.
 * Throws Problem `timeout`, `aborted`, or `sandbox_failed` when the shell itself breaks.
 */
export async function runScript(
  shell: Shell,
  spec: ScriptSpec,
  script: string,
  options: ScriptOptions,
): Promise<ExecResult> {
  const returned = new AbortController();
  const ended = AbortSignal.any([options.signal, returned.signal]);
  const bash = new shell.Bash({
    fs: options.files,
    cwd: options.cwd,
    env: { HOME: spec.workspace, ...options.env },
    sleep: (milliseconds) => pause(milliseconds, ended),
    executionLimitProfile: 'hardened',
    executionLimits: {
      maxExecutionTimeMs: options.timeoutMs,
      maxOutputSize: Math.max(smallestShellOutput, spec.limits.outputBytes * 2),
      ...memoryLimits(spec.bounds.memoryMb),
    },
    ...(spec.network.allow.length === 0 ? {} : { fetch: allowlistedFetch(spec) }),
    ...(spec.commands.length === 0 ? {} : { commands: knownCommands(shell, spec.commands) }),
  });
  const started = Date.now();
  const result = await settle(
    bash.exec(script, { rawScript: true, signal: options.signal }),
    options.signal,
  ).finally(() => {
    returned.abort();
  });
  if (options.signal.aborted) throw new Problem('aborted', 'the command was aborted');
  if (pastDeadline.test(result.stderr) && Date.now() - started >= options.timeoutMs - 50) {
    throw new Problem('timeout', `the command ran longer than ${formatDuration(options.timeoutMs)}`);
  }
  return cut(result, spec.limits.outputBytes);
}

/**
 * just-bash forgets a sleeping command that it ended; its timer must end too, or it keeps the process alive.
 * Nobody hears of the end then: just-bash lets no promise of an ended script go on, not even to a `catch`.
 */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
    });
  });
}

/** Bounds of what a command holds at a time, where they are narrower than those of the shell. */
function memoryLimits(memoryMb: number): {
  readonly maxLiveBytes?: number;
  readonly maxStringLength?: number;
} {
  const bytes = memoryMb * 1024 * 1024;
  return bytes > smallestLiveBytes
    ? {}
    : { maxLiveBytes: bytes, maxStringLength: Math.min(bytes, smallestShellOutput) };
}

const pastDeadline = /execution deadline/;
const pastOutput = /output size limit exceeded/;

/** Redirections into a refused file reject instead of failing the command. */
async function settle(running: Promise<BashExecResult>, signal: AbortSignal): Promise<BashExecResult> {
  try {
    return await running;
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    if (signal.aborted || /^E[A-Z]{3,}:/.test(message)) {
      return { stdout: '', stderr: `bash: ${message}\n`, exitCode: 1, env: {} };
    }
    throw new Problem('sandbox_failed', 'the shell failed', { cause: thrown });
  }
}

function knownCommands(shell: Shell, names: readonly string[]): CommandName[] {
  const known = new Set<string>([...shell.getCommandNames(), ...shell.getNetworkCommandNames()]);
  return [...new Set(names)].filter((name): name is CommandName => known.has(name));
}

function cut(result: BashExecResult, limit: number): ExecResult {
  const stdout = firstBytes(result.stdout, limit);
  const stderr = firstBytes(result.stderr, limit);
  const truncated =
    stdout !== result.stdout || stderr !== result.stderr || pastOutput.test(stderr.slice(-200));
  return { stdout, stderr, exitCode: result.exitCode, truncated };
}

/** At most `limit` bytes of a text in UTF-8, never half a character. */
function firstBytes(text: string, limit: number): string {
  if (text.length * 3 <= limit || Buffer.byteLength(text) <= limit) return text;
  const bytes = Buffer.from(text.slice(0, limit));
  let end = limit;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString();
}
