import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What the process of a server holds, after its garbage was collected. */
export interface Stats {
  /** Sockets, timers and the like, by kind. */
  readonly handles: Readonly<Record<string, number>>;
  readonly heapMb: number;
  readonly externalMb: number;
  readonly rssMb: number;
  readonly listeners: number;
}

/** A server in a process of its own. */
export interface Subject {
  readonly url: string;
  readonly pid: number;
  stats(): Promise<Stats>;
  close(): Promise<void>;
}

/** Starts a server whose process can collect its garbage when it is asked. */
export async function startSubject(): Promise<Subject> {
  const child = fork(fileURLToPath(new URL('./subject.ts', import.meta.url)), [], {
    execArgv: ['--expose-gc', '--import', 'tsx'],
  });
  const { url } = await answerOf<{ readonly url: string }>(child);
  return {
    url,
    pid: child.pid ?? 0,
    async stats() {
      const answer = answerOf<Stats>(child);
      child.send('stats');
      return answer;
    },
    async close() {
      child.removeAllListeners('exit');
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.send('close');
      await gone;
    },
  };
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const exited = (code: number | null): void => reject(new Error(`the server ended with ${String(code)}`));
    child.once('exit', exited);
    child.once('message', (message) => {
      child.off('exit', exited);
      resolve(message as T);
    });
  });
}
