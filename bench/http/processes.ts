import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Another process of a measurement: gets one message after the other, and answers each with one. */
export interface Other {
  ask<Answer>(message: object): Promise<Answer>;
  kill(): Promise<void>;
}

/** Starts a file of this folder in a process of its own. */
export function startProcess(file: string): Other {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [], { execArgv: ['--import', 'tsx'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    ask: (message) =>
      new Promise((resolve, reject) => {
        const fail = (code: number | null): void => reject(new Error(`${file} ended with ${String(code)}`));
        child.once('exit', fail);
        child.once('message', (answer) => {
          child.off('exit', fail);
          resolve(answer as never);
        });
        child.send(message);
      }),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** In the other process: answers every message. What it throws ends the process. */
export function answerMessages<Message>(answer: (message: Message) => Promise<object>): void {
  process.on('message', (message) => {
    void answer(message as Message).then((said) => process.send?.(said));
  });
}
