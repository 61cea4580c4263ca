import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { engineCommand } from '../fakes/engine-cli.ts';

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
  /** Resolves with all of stdout or stderr when it holds a text; rejects when the command ends without it. */
  saw(text: string, stream?: 'stdout' | 'stderr'): Promise<string>;
}

/** Starts `engine` in a folder. */
export function startCli(
  args: readonly string[],
  {
    cwd,
    env = {},
    stdin,
  }: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv; readonly stdin?: string },
): Running {
  const { FORCE_COLOR: _color, NO_COLOR: _noColor, ENGINE_DEBUG: _debug, ...inherited } = process.env;
  const child = spawn(process.execPath, [...engineCommand, ...args], {
    cwd,
    env: { ...inherited, ...env },
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
          if (seen[stream].includes(text)) resolve(seen[stream]);
        };
        child[stream]?.on('data', look);
        child.once('close', () =>
          reject(new Error(`ended without "${text}":\n${seen.stdout}${seen.stderr}`)),
        );
        look();
      }),
  };
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
