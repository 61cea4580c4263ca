import { fork } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { keptBuild, newestOf, root } from '../../test/fakes/kept-build.ts';

/** Another process of a measurement: gets one message after the other, and answers each with one. */
export interface Other {
  ask<Answer>(message: object): Promise<Answer>;
  kill(): Promise<void>;
}

const programs = { subject: 'bench/http/subject.ts', load: 'bench/http/load.ts' };

/** Starts a program of this folder in a process of its own. */
export async function startProcess(name: keyof typeof programs): Promise<Other> {
  const child = fork(join(await (made ??= buildAll()), 'engine/bench', `${name}.mjs`), [], { execArgv: [] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    ask: (message) =>
      new Promise((resolve, reject) => {
        const fail = (code: number | null): void => reject(new Error(`${name} ended with ${String(code)}`));
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

let made: Promise<string> | undefined;

/** As the engine is shipped: what runs sources gives every function its name anew each time one is made, a fifth of a request's cost. */
function buildAll(): Promise<string> {
  return keptBuild('bench-http', newestOf('engine', 'bench/http'), (folder) =>
    build({
      absWorkingDir: root,
      entryPoints: programs,
      // The engine finds its schemas and specs two folders above its own code.
      outdir: join(folder, 'engine/bench'),
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'error',
    }),
  );
}
