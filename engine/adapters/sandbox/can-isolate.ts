import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { promisify } from 'node:util';
import { Problem } from '../../core/problem.ts';
import { bwrapArguments } from './bwrap-arguments.ts';
import { commandPath } from './command-environment.ts';

/** The program that makes isolated sandboxes, once it was seen to work. */
export interface Bubblewrap {
  readonly path: string;
  /** From 0.8 on: it can keep commands from making namespaces of their own, and bound what lies in memory. */
  readonly isRecent: boolean;
}

/**
 * Looks for bubblewrap and tries it once in this process. Throws Problem `sandbox_failed` that says what is missing.
 * @param folders where programs are looked for; default the fixed ones of the system.
 */
export function findBubblewrap(folders: readonly string[] = commandPath.split(':')): Promise<Bubblewrap> {
  const key = folders.join(':');
  let found = tried.get(key);
  if (found === undefined) {
    found = look(folders);
    tried.set(key, found);
    found.catch(() => tried.delete(key));
  }
  return found;
}

const tried = new Map<string, Promise<Bubblewrap>>();
const run = promisify(execFile);

async function look(folders: readonly string[]): Promise<Bubblewrap> {
  if (process.platform !== 'linux') throw cannot(`it needs Linux, and this is ${process.platform}`);
  const path = folders.map((folder) => `${folder}/bwrap`).find(isProgram);
  if (path === undefined)
    throw cannot('bubblewrap is not installed (Debian and Ubuntu: apt-get install bubblewrap)');
  const { stdout } = await run(path, ['--version'], { env: {}, timeout: 10_000 }).catch((thrown: unknown) => {
    throw cannot(`"${path}" cannot be run: ${messageOf(thrown)}`, thrown);
  });
  const [major = 0, minor = 0] = (/\d+\.\d+/.exec(stdout)?.[0] ?? '').split('.').map(Number);
  const bubblewrap = { path, isRecent: major > 0 || minor >= 8 };
  const order = bwrapArguments(bubblewrap, { network: false, binds: [], cwd: '/' });
  await run(path, [...order, '--', '/bin/sh', '-c', ':'], { env: {}, timeout: 10_000 }).catch(
    (thrown: unknown) => {
      throw cannot(`bubblewrap cannot make namespaces on this machine: ${messageOf(thrown)}`, thrown);
    },
  );
  return bubblewrap;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function messageOf(thrown: unknown): string {
  const { stderr, message } = thrown as Error & { readonly stderr?: string };
  return (stderr ?? '').trim() || message;
}

function cannot(reason: string, cause?: unknown): Problem {
  return new Problem(
    'sandbox_failed',
    `sandbox type "isolated" cannot be used here: ${reason}; nothing weaker is used in its place`,
    cause === undefined ? {} : { cause },
  );
}
