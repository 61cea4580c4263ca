import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { engineCommand } from '../../fakes/engine-cli.ts';

/** One life of `engine serve`. */
export interface Life {
  /** From 1. */
  readonly number: number;
  readonly child: ChildProcess;
  /** Its address, once it is served; undefined when it ended before. */
  readonly up: Promise<string | undefined>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** What it said to its operator so far, the last of it. */
  said(): string;
}

/** A life that serves. */
interface Served {
  readonly url: string;
  readonly number: number;
  /** Aborts when it has ended: requests of `fetch` do not always hear of a process that is killed. */
  readonly over: AbortSignal;
}

/** A server that is started again and again over one project. */
export interface Subject {
  /** The life that is, or was the last; of two that begin together the one that serves, once somebody says so. */
  life: Life;
  /** Starts the next one. */
  start(env?: NodeJS.ProcessEnv, prefix?: readonly string[]): Life;
  /** The address of a life after this one, as soon as it is served. */
  after(number: number): Promise<Served>;
  /** Whether a life is over. */
  isOver(number: number): boolean;
  /** Kills whatever lives, and has nobody wait for another life. */
  kill(): Promise<void>;
}

/** A subject, with its first life begun. `env` goes beside the environment of this process. */
export function subjectOf(folder: string, env: NodeJS.ProcessEnv): Subject {
  let number = 0;
  const lives = new Map<number, Life>();
  let served: Served | undefined;
  let waiting: (() => void)[] = [];
  let isOver = false;

  const start = (more: NodeJS.ProcessEnv = {}, prefix: readonly string[] = []): Life => {
    const mine = (number += 1);
    const [command = '', ...args] = [...prefix, process.execPath, ...engineCommand];
    const child = spawn(command, [...args, 'serve', '--port', '0', '--json'], {
      cwd: folder,
      env: { ...process.env, ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-20_000)));
    const ended: Life['ended'] = new Promise((resolve) =>
      child.once('close', (code, signal) => resolve({ code, signal })),
    );
    const over = new AbortController();
    void ended.then(() => over.abort());
    const up = new Promise<string | undefined>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        said = `${said}${line}\n`.slice(-20_000);
        const url = /"url":"([^"]+)"/.exec(line)?.[1];
        if (url === undefined || served?.number === mine) return;
        served = { url, number: mine, over: over.signal };
        for (const look of waiting.splice(0)) look();
        resolve(url);
      });
      void ended.then(() => resolve(undefined));
    });
    const life = { number: mine, child, up, ended, said: () => said };
    lives.set(mine, life);
    return life;
  };

  const subject = {
    life: start(),
    start(more?: NodeJS.ProcessEnv, prefix?: readonly string[]) {
      return (subject.life = start(more, prefix));
    },
    async after(last: number) {
      while (served === undefined || served.number <= last) {
        if (isOver) throw new Error('there is no other life');
        await new Promise<void>((resolve) => (waiting = [...waiting, resolve]));
      }
      return served;
    },
    isOver(of: number) {
      const child = lives.get(of)?.child;
      return child === undefined || child.exitCode !== null || child.signalCode !== null;
    },
    async kill() {
      isOver = true;
      for (const { child } of lives.values()) child.kill('SIGKILL');
      await Promise.all([...lives.values()].map(({ ended }) => ended));
      for (const look of waiting.splice(0)) look();
    },
  };
  return subject;
}
