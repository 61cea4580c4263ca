import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { engineCommand } from './engine-cli.ts';

/** A call of the command `engine`. */
export interface Call {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: string;
}

/** What a call left. */
export interface Called {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Calls the built command in a process that serves many calls, one at a time: a call costs a tenth of a process of its own. For commands
 * that end by themselves, where signals, terminals and the end of a process are not what is tested.
 */
export function callEngine(call: Call): Promise<Called> {
  const result = last.then(() => ask(call));
  last = result.catch(() => undefined);
  return result;
}

let last: Promise<unknown> = Promise.resolve();
let host: ChildProcess | undefined;

function ask(call: Call): Promise<Called> {
  const child = (host ??= start());
  return new Promise((resolve, reject) => {
    const ended = (): void => {
      host = undefined;
      reject(new Error(`the process of engine ${call.args.join(' ')} ended before it answered`));
    };
    child.once('exit', ended);
    child.once('message', ({ done, ...called }: Called & { readonly done: boolean }) => {
      child.off('exit', ended);
      if (done) host = undefined;
      idle(child, true);
      resolve(called);
    });
    idle(child, false);
    child.send(call);
  });
}

function start(): ChildProcess {
  return spawn(
    process.execPath,
    [fileURLToPath(new URL('engine-host.mjs', import.meta.url)), ...engineCommand],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
}

/** One that nobody waits for does not keep the tests from ending, and ends with them. */
function idle(child: ChildProcess, isIdle: boolean): void {
  if (isIdle) {
    child.unref();
    child.channel?.unref();
  } else {
    child.ref();
    child.channel?.ref();
  }
}
