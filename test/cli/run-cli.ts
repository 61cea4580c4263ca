import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { engineCommand } from '../fakes/engine-cli.ts';
import { callEngine } from '../fakes/engine-host.ts';

/** What a command left. */
export interface Finished {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs as a process of its own. */
export interface Running {
  readonly child: ChildProcess;
  readonly done: Promise<Finished>;
  /** Resolves with all of stdout or stderr when it holds a text, with the whole line; rejects when the command ends without it. */
  saw(text: string, stream?: 'stdout' | 'stderr'): Promise<string>;
}

/** Where a command runs. */
export interface Surroundings {
  readonly cwd: string;
  /** Beside the environment of this process. */
  readonly env?: NodeJS.ProcessEnv;
  readonly stdin?: string;
}

/** Does a command in a folder, until it ends by itself. Many calls share a process; one at a time is at work. */
export async function runCli(
  args: readonly string[],
  { cwd, env = {}, stdin = '' }: Surroundings,
): Promise<Finished> {
  const called = await callEngine({ args, cwd, env: { ...inherited(), ...env }, stdin });
  return { ...called, signal: null };
}

/** Starts `engine` in a folder, as a process of its own. */
export function startCli(args: readonly string[], { cwd, env = {}, stdin }: Surroundings): Running {
  const child = spawn(process.execPath, [...engineCommand, ...args], {
    cwd,
    env: { ...inherited(), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin ?? '');
  const seen = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (seen.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (seen.stderr += chunk));
  const done = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, ...seen }));
  });
  return {
    child,
    done,
    saw: (text, stream = 'stdout') =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const place = seen[stream].indexOf(text);
          if (place !== -1 && seen[stream].includes('\n', place + text.length - 1)) resolve(seen[stream]);
        };
        child[stream]?.on('data', look);
        child.once('close', () =>
          reject(new Error(`ended without "${text}":\n${seen.stdout}${seen.stderr}`)),
        );
        look();
      }),
  };
}

function inherited(): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _color, NO_COLOR: _noColor, ENGINE_DEBUG: _debug, ...others } = process.env;
  return others;
}

/** Files by path; null leaves one out. */
export type Files = Readonly<Record<string, string | null>>;

/** Writes a project into a new folder below the system's temporary folder. */
export async function makeProject(
  files: Files,
): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-cli-'));
  for (const [path, text] of Object.entries(files)) {
    if (text === null) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
