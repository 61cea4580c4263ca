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
  signalAll(group, running(group, mark), 'SIGTERM');
  for (let waited = 0; waited < graceMs; waited += stepMs) {
    await pause(stepMs);
    if (running(group, mark).length === 0) return;
  }
  // What is ended may be starting something at that moment.
  for (let round = 0; round < 20; round += 1) {
    const left = running(group, mark);
    if (left.length === 0) return;
    signalAll(group, left, 'SIGKILL');
    await pause(5);
  }
}

/** Ends what commands of an engine that is gone left behind. */
export function endOrphans(): void {
  if (process.platform !== 'linux') return;
  for (const { pid, entry: value } of processes(undefined, `${variable}=`)) {
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

function running(group: number, mark: string): readonly number[] {
  if (process.platform === 'linux') return processes(group, mark).map(({ pid }) => pid);
  try {
    process.kill(-group, 0);
    return [group];
  } catch {
    return [];
  }
}

/** Processes that run and are of a group, or have a variable whose text begins so; and how that goes on. */
function processes(
  group: number | undefined,
  begin: string,
): { readonly pid: number; readonly entry: string }[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    const [state, , groupOf] = fieldsOf(pid);
    if (state === undefined || state === 'Z') return [];
    const entry = textOf(`/proc/${name}/environ`)
      ?.split('\0')
      .find((one) => one.startsWith(begin))
      ?.slice(begin.length);
    if (entry !== undefined) return [{ pid, entry }];
    return group !== undefined && Number(groupOf) === group ? [{ pid, entry: '' }] : [];
  });
}

/** When a process was started, by the clock of the system; undefined when there is none. */
function startOf(pid: number): string | undefined {
  return fieldsOf(pid)[19];
}

/** What the system says of a process, from its state on. */
function fieldsOf(pid: number): readonly string[] {
  const stat = textOf(`/proc/${pid}/stat`);
  // The name of the program stands in brackets and may hold anything.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
