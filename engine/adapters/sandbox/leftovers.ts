import { readdirSync, readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

/** Variable in the environment of a command of this machine by which what it started is found again. */
const variable = 'ENGINE_COMMAND';

/** A mark that only the processes of one command of this engine carry. */
export function makeMark(): { readonly env: Readonly<Record<string, string>>; readonly text: string } {
  const value = `${process.pid}.${startOf(process.pid) ?? ''}.${randomBytes(12).toString('hex')}`;
  return { env: { [variable]: value }, text: `${variable}=${value}` };
}

/**
 * Ends a process group and every process that carries a mark: first kindly, then for good. A process that left the group and has taken
 * the mark out of its environment is not found.
 */
export async function endProcesses(group: number, mark: string): Promise<void> {
  signalAll(group, marked(mark), 'SIGTERM');
  for (let waited = 0; waited < graceMs; waited += stepMs) {
    await pause(stepMs);
    if (!isThere(-group) && marked(mark).length === 0) return;
  }
  // What is ended may be starting something at that moment.
  for (let round = 0; round < 20; round += 1) {
    const left = marked(mark);
    if (!isThere(-group) && left.length === 0) return;
    signalAll(group, left, 'SIGKILL');
    await pause(5);
  }
}

/** Ends what commands of an engine that is gone left behind. */
export function endOrphans(): void {
  for (const [pid, value] of processesWith(`${variable}=`)) {
    const [engine, start] = value.split('.');
    if (startOf(Number(engine)) !== start) send(pid, 'SIGKILL');
  }
}

const graceMs = 400;
const stepMs = 20;

function signalAll(group: number, pids: readonly number[], signal: NodeJS.Signals): void {
  send(-group, signal);
  for (const pid of pids) send(pid, signal);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function marked(mark: string): number[] {
  return [...processesWith(mark).keys()];
}

/** Processes with a variable whose text begins so, and how it goes on. */
function processesWith(begin: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const name of process.platform === 'linux' ? readdirSync('/proc') : []) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const text = textOf(`/proc/${name}/environ`)
      ?.split('\0')
      .find((entry) => entry.startsWith(begin));
    if (text !== undefined) found.set(pid, text.slice(begin.length));
  }
  return found;
}

/** When a process was started, by the clock of the system; undefined when there is none. */
function startOf(pid: number): string | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  // The name of the program stands in brackets and may hold anything.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
