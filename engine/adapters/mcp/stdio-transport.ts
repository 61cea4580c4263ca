import { spawn, type ChildProcess } from 'node:child_process';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';

/** How a server is started. */
export interface StdioStart {
  readonly command: string;
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Told each line of its standard error. */
  readonly onLine: (line: string) => void;
}

/** Largest message of a server, in bytes. */
export const largestMessage = 10 * 1024 * 1024;
/** A line of standard error is cut here. */
const longestLine = 4_000;
const graceMs = 1_000;

/**
 * Speaks with a server that is a process of this machine, a line of JSON for each message. It has no environment but the given one, and
 * is in a process group of its own, which is killed as a whole. When this process ends in whatever way, its standard input closes.
 */
export function stdioTransport(start: StdioStart): Transport {
  let child: ChildProcess | undefined;
  let pieces: Buffer[] = [];
  let size = 0;
  const transport: Transport = {
    start: () =>
      new Promise((resolve, reject) => {
        const { command, args, env, cwd } = start;
        child = spawn(command, [...args], {
          env,
          cwd,
          stdio: ['pipe', 'pipe', 'pipe'],
          shell: false,
          windowsHide: true,
          detached: process.platform !== 'win32',
        });
        living.add(child);
        watchEnd();
        child.once('spawn', () => resolve());
        child.once('error', (thrown) => {
          if (child !== undefined) forget(child);
          reject(thrown);
        });
        // What it started would hold its output open.
        child.once('exit', () => child !== undefined && killGroup(child, 'SIGKILL'));
        child.once('close', () => {
          if (child !== undefined) forget(child);
          transport.onclose?.();
        });
        child.stdin?.on('error', (thrown) => transport.onerror?.(thrown));
        child.stdout?.on('error', (thrown) => transport.onerror?.(thrown));
        child.stdout?.on('data', take);
        child.stderr?.on('error', () => undefined);
        byLine(child, start.onLine);
      }),
    send: (message) =>
      new Promise((resolve, reject) => {
        if (child?.stdin?.writable !== true) return reject(new Error('the server is not running'));
        child.stdin.write(`${JSON.stringify(message)}\n`, (thrown) =>
          thrown == null ? resolve() : reject(thrown),
        );
      }),
    async close() {
      if (child === undefined) return;
      await end(child);
    },
  };
  return transport;

  function take(chunk: Buffer): void {
    let rest = chunk;
    for (let at = rest.indexOf(10); at !== -1; at = rest.indexOf(10)) {
      pieces.push(rest.subarray(0, at));
      const line = Buffer.concat(pieces).toString('utf8').trim();
      pieces = [];
      size = 0;
      rest = rest.subarray(at + 1);
      if (line !== '') hear(line);
    }
    size += rest.length;
    if (rest.length > 0) pieces.push(rest);
    if (size <= largestMessage) return;
    pieces = [];
    size = 0;
    child?.stdout?.off('data', take);
    transport.onerror?.(new Error(`it sent a message of more than ${largestMessage / 1024 / 1024} MB`));
    if (child !== undefined) killGroup(child, 'SIGKILL');
  }

  function hear(line: string): void {
    try {
      transport.onmessage?.(JSON.parse(line) as JSONRPCMessage);
    } catch {
      // Some servers print what is no message; it is for people.
      start.onLine(line.slice(0, longestLine));
    }
  }
}

const living = new Set<ChildProcess>();
let isWatching = false;

function forget(child: ChildProcess): void {
  living.delete(child);
}

/** Servers do not outlive this process when it ends by itself. */
function watchEnd(): void {
  if (isWatching) return;
  isWatching = true;
  process.on('exit', () => {
    for (const child of living) killGroup(child, 'SIGKILL');
  });
}

/** Asks a server to end by closing its input, then by a signal, then ends it. */
async function end(child: ChildProcess): Promise<void> {
  if (!living.has(child)) return;
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stdin?.end();
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([gone, new Promise((resolve) => (timer = setTimeout(resolve, graceMs)))]);
    clearTimeout(timer);
    if (!living.has(child)) return;
    killGroup(child, signal);
  }
  child.stdout?.destroy();
  child.stderr?.destroy();
  living.delete(child);
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It is gone already.
  }
}

function byLine(child: ChildProcess, onLine: (line: string) => void): void {
  let open = '';
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (text: string) => {
    const lines = (open + text).split('\n');
    open = (lines.pop() ?? '').slice(-longestLine);
    for (const line of lines) if (line.trim() !== '') onLine(line.slice(0, longestLine));
  });
  child.stderr?.on('close', () => {
    if (open.trim() !== '') onLine(open);
  });
}
