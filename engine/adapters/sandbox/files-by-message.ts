import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { IFileSystem } from 'just-bash';

/** Calls of a file system that are answered by a message. */
const calls = [
  ...(['readFile', 'readFileBuffer', 'writeFile', 'appendFile', 'exists', 'stat', 'lstat', 'mkdir'] as const),
  ...(['readdir', 'readlink', 'realpath', 'rm', 'cp', 'mv', 'chmod', 'symlink', 'link', 'utimes'] as const),
] as const;

/** A call of a file of another thread. */
export type FileCall =
  | {
      readonly kind: 'file';
      readonly id: number;
      readonly call: (typeof calls)[number];
      readonly args: readonly unknown[];
    }
  /** All paths, which the other thread waits for: `bell` is rung when they are there. */
  | { readonly kind: 'paths'; readonly bell: Int32Array; readonly to: MessagePort };

/** What came of a call. */
export interface FileAnswer {
  readonly kind: 'answer';
  readonly id: number;
  readonly value?: unknown;
  readonly fault?: { readonly message: string; readonly code: unknown };
}

/** Answers the calls of another thread from files of this one. */
export async function answerFileCall(
  files: IFileSystem,
  asked: FileCall,
  send: (answer: FileAnswer) => void,
): Promise<void> {
  if (asked.kind === 'paths') {
    asked.to.postMessage(files.getAllPaths());
    Atomics.store(asked.bell, 0, 1);
    Atomics.notify(asked.bell, 0);
    asked.to.close();
    return;
  }
  const { id, call, args } = asked;
  try {
    const method = files[call] as (...given: readonly unknown[]) => Promise<unknown>;
    const value = await method(...args);
    // A view is copied with all that it is a view of.
    send({ kind: 'answer', id, value: value instanceof Uint8Array ? new Uint8Array(value) : value });
  } catch (thrown) {
    const { message, code } = thrown as Error & { readonly code?: unknown };
    send({ kind: 'answer', id, fault: { message, code } });
  }
}

/** The files of another thread, and what takes its answers in. */
export function filesOfOtherThread(
  send: (asked: FileCall, transfer?: readonly MessagePort[]) => void,
  resolvePath: IFileSystem['resolvePath'],
): { readonly files: IFileSystem; readonly take: (answer: FileAnswer) => void } {
  const waiting = new Map<
    number,
    { readonly resolve: (value: unknown) => void; readonly reject: (reason: Error) => void }
  >();
  let count = 0;

  const ask =
    (call: (typeof calls)[number]) =>
    (...args: readonly unknown[]): Promise<unknown> =>
      new Promise((resolve, reject) => {
        count += 1;
        waiting.set(count, { resolve, reject });
        send({ kind: 'file', id: count, call, args });
      });

  return {
    files: {
      ...(Object.fromEntries(calls.map((call) => [call, ask(call)])) as Pick<
        IFileSystem,
        (typeof calls)[number]
      >),
      resolvePath,
      getAllPaths() {
        const bell = newBell();
        const { port1, port2 } = newChannel();
        send({ kind: 'paths', bell, to: port2 }, [port2]);
        wait(bell, 0, 0);
        const paths = receiveMessageOnPort(port1)?.message as string[];
        port1.close();
        return paths;
      },
    },
    take({ id, value, fault }) {
      const one = waiting.get(id);
      waiting.delete(id);
      if (fault === undefined) one?.resolve(value);
      else one?.reject(Object.assign(new Error(fault.message), { code: fault.code }));
    },
  };
}

// The globals are closed while the virtual shell runs.
const { wait } = Atomics;
const Shared = SharedArrayBuffer;
const newBell = (): Int32Array => new Int32Array(new Shared(4));
const newChannel = (): MessageChannel => new MessageChannel();
