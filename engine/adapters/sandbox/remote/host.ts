import { posix } from 'node:path';
import { createInTurn } from '../../../core/in-turn.ts';
import { Problem } from '../../../core/problem.ts';
import type { SandboxHost } from '../../../ports/sandbox-host.ts';
import type { Sandbox as SandboxSpec } from '../../../program/sandbox.ts';
import type { Attached } from './attach.ts';
import { isGone, patiently, serviceProblem } from './faults.ts';
import { bytesOf, newMark, printFrame, readFrame } from './framed.ts';
import {
  faultIn,
  listScript,
  lookScript,
  makeFolderScript,
  readEntries,
  removeScript,
  type Looked,
} from './look-script.ts';
import { runCommand } from './run-command.ts';
import type { RemoteMachine } from './service.ts';

/** How a host gets its machine and lets it go. */
export interface HostGiven {
  readonly spec: SandboxSpec;
  /** Wakes the machine up, or makes one. */
  attach(): Promise<Attached>;
  /** Lets the machine go as the spec says. */
  letGo(machine: RemoteMachine): Promise<void>;
  /** Keys that are told nobody. */
  readonly hidden: readonly string[];
}

/** The files and commands of a machine of a service, which is woken up or made at the first call. */
export interface RemoteHost extends SandboxHost {
  /** Whether the next call would wake up or make a machine. */
  readonly asleep: boolean;
}

/** Longest time of a call about files. */
const patienceMs = 60_000;

/** Keeps the files and commands of one owner on a machine of a service. */
export function remoteHost(given: HostGiven): RemoteHost {
  const { spec, hidden } = given;
  const { name, type } = spec;
  let attaching: Promise<Attached> | undefined;
  let attached: Attached | undefined;
  let awakeUntil = 0;
  const inTurn = createInTurn();
  const working = new Set<Promise<unknown>>();

  const problem = (thrown: unknown, doing: string): Problem =>
    serviceProblem(thrown, { type, name, doing, hidden });

  async function awake(forMs: number): Promise<Attached> {
    const found = await attach();
    try {
      // One after the other: what is asked for last holds, and must not be less than what is needed by others.
      await inTurn('', () => keepAwake(found, forMs));
      return found;
    } catch (thrown) {
      if (!isGone(thrown)) throw thrown;
      // It fell asleep meanwhile.
      giveUp(found);
      return attach();
    }
  }

  async function keepAwake(found: Attached, forMs: number): Promise<void> {
    const idleMs = spec.service?.idleMs ?? 0;
    const now = Date.now();
    // Asked for seldom: it is a call of its own.
    if (found.machine.stayAwake === undefined || attached !== found) return;
    if (awakeUntil >= now + forMs + idleMs / 2) return;
    const until = now + (await found.machine.stayAwake(Math.max(forMs + idleMs, awakeUntil - now)));
    if (attached === found) awakeUntil = until;
  }

  function attach(): Promise<Attached> {
    attaching ??= given.attach().then(
      (found) => (attached = found),
      (thrown: unknown) => {
        attaching = undefined;
        throw problem(thrown, 'cannot be opened');
      },
    );
    return attaching;
  }

  /** Has the next call attach anew, unless somebody did so already. */
  function giveUp(found: Attached): void {
    if (attached !== found) return;
    attached = undefined;
    attaching = undefined;
    awakeUntil = 0;
    found.machine.letGo?.();
  }

  /** Uses the machine. One that does not answer any more is woken up again, or known to be gone. */
  async function use<T>(
    call: (at: Attached) => Promise<T>,
    { forMs = patienceMs, isSafe = true } = {},
  ): Promise<T> {
    const work = (async () => {
      let used: Attached | undefined;
      try {
        try {
          return await patiently(isSafe, async () => call((used = await awake(forMs))));
        } catch (thrown) {
          if (thrown instanceof Problem || isFileFault(thrown) || !isGone(thrown)) throw thrown;
          if (used !== undefined) giveUp(used);
          const again = await attach();
          if (isSafe) return await patiently(true, () => call(again), { isThere: true });
          throw new Problem(
            'sandbox_failed',
            `the machine of sandbox "${name}" (${type}) fell asleep or was begun anew while it worked`,
            { retryable: true },
          );
        }
      } catch (thrown) {
        throw isFileFault(thrown) ? thrown : problem(thrown, 'failed');
      }
    })();
    working.add(work);
    try {
      return await work;
    } finally {
      working.delete(work);
    }
  }

  /** Runs a script about files, and gives what it printed; throws the error that it printed. */
  async function ask({ machine }: Attached, script: string): Promise<string> {
    const mark = newMark();
    const file = `/tmp/.engine-${mark}.out`;
    const framed = `o=$({ ${script}\n} 2>/dev/null | base64 | tr -d '\\n')
if [ "${'${#o}'}" -gt 12000 ]; then printf '%s' "$o" >${file}; o=@; fi
${printFrame(mark, `printf '%s' "$o"`)}`;
    const [word] = readFrame(await machine.shell(framed, { timeoutMs: patienceMs }), mark) ?? [];
    if (word === undefined) throw new Error('EIO: the machine gave no answer');
    const printed = bytesOf(word === '@' ? await longAnswer(machine, file) : word).toString('utf8');
    const fault = faultIn(printed);
    if (fault !== undefined) throw new Error(fault.includes(':') ? fault : `${fault}: failed`);
    return printed;
  }

  async function look(at: Attached, path: string): Promise<Looked | undefined> {
    const printed = await ask(at, lookScript(path)).catch((thrown: unknown) => {
      if (thrown instanceof Error && thrown.message.startsWith('ENOENT')) return '';
      throw thrown;
    });
    return readEntries(printed, () => path, at.roots)[0];
  }

  const leadsOut = (path: string): Error =>
    new Error(`EACCES: permission denied: a link leads out, '${path}'`);

  return {
    get asleep() {
      return attaching === undefined;
    },
    readFile: (path, maxBytes) =>
      use(async (at) => {
        const found = await look(at, path);
        if (found === undefined) throw new Error(`ENOENT: no such file, '${path}'`);
        if (found.leadsOut) throw leadsOut(path);
        if (found.info.kind === 'folder') throw new Error(`EISDIR: a folder, '${path}'`);
        if (found.info.kind !== 'file')
          throw new Error(`EACCES: permission denied: no plain file, '${path}'`);
        if (found.info.size > maxBytes) throw new Error(`EFBIG: larger than ${maxBytes} bytes`);
        const content = await at.machine.download(found.real);
        if (content.length > maxBytes) throw new Error(`EFBIG: larger than ${maxBytes} bytes`);
        return content;
      }),
    writeFile: (path, content) =>
      use(async (at) => {
        const found = await look(at, path);
        if (found?.leadsOut === true) throw leadsOut(path);
        if (found?.info.kind === 'folder') throw new Error(`EISDIR: a folder, '${path}'`);
        if (found !== undefined && found.info.kind !== 'file')
          throw new Error(`EACCES: permission denied: no plain file, '${path}'`);
        if (found === undefined) await ask(at, makeFolderScript(posix.dirname(path), at.roots));
        await at.machine.upload(found?.real ?? path, content);
      }),
    stat: (path) => use(async (at) => (await look(at, path))?.info),
    list: (path) =>
      use(async (at) =>
        readEntries(
          await ask(at, listScript(path, at.roots)),
          (entry) => posix.join(path, entry.slice(2)),
          at.roots,
        ).map(({ info }) => info),
      ),
    makeFolder: (path) => use(async (at) => void (await ask(at, makeFolderScript(path, at.roots)))),
    remove: (path, recursive) =>
      use(async (at) => void (await ask(at, removeScript(path, recursive, at.roots))), { isSafe: false }),
    async run(command) {
      const until = Date.now() + command.timeoutMs;
      // A service that can only be told that work goes on is told so all the while.
      const renewing = setInterval(
        () => void awake(Math.max(0, until - Date.now())).catch(() => undefined),
        Math.max(1_000, (spec.service?.idleMs ?? 0) / 3),
      );
      try {
        return await use(({ machine }) => runCommand(machine, spec, command), {
          forMs: command.timeoutMs + patienceMs,
          isSafe: false,
        });
      } finally {
        clearInterval(renewing);
      }
    },
    async close() {
      await Promise.allSettled(working);
      const found = await attaching?.catch(() => undefined);
      attaching = undefined;
      attached = undefined;
      awakeUntil = 0;
      if (found === undefined) return;
      try {
        await patiently(true, () => given.letGo(found.machine));
      } catch (thrown) {
        if (!isGone(thrown)) throw problem(thrown, 'cannot be closed');
      } finally {
        found.machine.letGo?.();
      }
    },
  };
}

/** An answer that is too long to be printed, as services cut what they print. */
async function longAnswer(machine: RemoteMachine, file: string): Promise<string> {
  const answer = Buffer.from(await machine.download(file)).toString('latin1');
  await machine.shell(`rm -f ${file}`, { timeoutMs: patienceMs });
  return answer;
}

function isFileFault(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    /^E(NOENT|ISDIR|NOTDIR|NOTEMPTY|EXIST|FBIG|NOSPC|LOOP|ACCES|PERM|IO)\b/.test(thrown.message)
  );
}
