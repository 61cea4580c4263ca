// The thread in which a script runs that may never come back: it can be ended. It has no files, they are asked for by messages, and no
// environment.
import { parentPort, type MessagePort } from 'node:worker_threads';
import { asProblem } from '../../core/problem.ts';
import type { ExecResult } from '../../ports/sandbox.ts';
import { filesOfOtherThread, type FileAnswer, type FileCall } from './files-by-message.ts';
import { runScript, type ScriptOptions, type ScriptSpec } from './run-script.ts';
import { loadShell } from './shell.ts';

/** What the thread is told. */
export type Order =
  | ({ readonly kind: 'run'; readonly spec: ScriptSpec; readonly script: string } & Omit<
      ScriptOptions,
      'files' | 'signal'
    >)
  | { readonly kind: 'abort' }
  | FileAnswer;

/** What it tells. */
export type Report =
  | FileCall
  | { readonly kind: 'done'; readonly result: ExecResult }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

if (parentPort !== null) await serve(parentPort);

async function serve(port: MessagePort): Promise<void> {
  const shell = await loadShell();
  const send = (report: Report, transfer: readonly MessagePort[] = []): void =>
    port.postMessage(report, [...transfer]);
  const paths = new shell.InMemoryFs();
  const { files, take } = filesOfOtherThread(send, (base, path) => paths.resolvePath(base, path));
  let aborting = new AbortController();

  port.on('message', (order: Order) => {
    if (order.kind === 'answer') take(order);
    else if (order.kind === 'abort') aborting.abort();
    else {
      aborting = new AbortController();
      const { cwd, env, timeoutMs } = order;
      runScript(shell, order.spec, order.script, {
        files,
        cwd,
        env,
        timeoutMs,
        signal: aborting.signal,
      }).then(
        (result) => send({ kind: 'done', result }),
        (thrown: unknown) => {
          const { code, message } = asProblem(thrown);
          send({ kind: 'failed', code, message });
        },
      );
    }
  });
}
