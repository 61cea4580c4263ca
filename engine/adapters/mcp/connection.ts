import { driftLines, isSame, remoteDrift } from '../../core/remote-drift.ts';
import type { Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { ServerCall } from '../../ports/tool-servers.ts';
import { endOf } from '../tools/end-of.ts';
import { cleanText } from './clean-text.ts';
import { connect, faultOf, statusOf, type Connected } from './connect.ts';
import type { ReadTools } from './read-tools.ts';
import { resultOf } from './result.ts';
import type { Reached } from './settings.ts';
import type { Outgoing } from '../../ports/telemetry.ts';

/** One server, connected to when it is needed. */
export interface Connection {
  /** Its tools as they are now; the same value as long as it does not say that they changed. */
  tools(timeoutMs: number, signal: AbortSignal): Promise<ReadTools>;
  call(
    tool: string,
    input: Json,
    timeouts: { readonly callMs: number; readonly connectMs: number },
    call: ServerCall,
  ): Promise<Json>;
  /** Lets go of the server as soon as no call needs it; who needs it later connects again. */
  rest(): void;
  close(): Promise<void>;
}

/** Lines of standard error that are kept for a message, and most lines that one call is told. */
const keptLines = 10;
const toldLines = 200;
/** Most lines that wait for the next call. */
const mostUntold = 50;

/**
 * A server that is connected to when it is first needed, and again after it was lost.
 * @param redact takes secrets out of what it prints.
 */
export function createConnection(
  name: string,
  reached: Reached,
  redact: (text: string) => string,
  outgoing: Outgoing | undefined,
): Connection {
  let open: Promise<Connected> | undefined;
  let read: Promise<ReadTools> | undefined;
  let lastRead: ReadTools | undefined;
  let isStale = false;
  let isClosed = false;
  let users = 0;
  let rests = false;
  const lines: string[] = [];
  const untold: string[] = [];
  const calls = new Set<(line: string) => void>();
  const who = `MCP server "${name}"`;

  function hear(line: string): void {
    const clean = redact(cleanText(line));
    lines.push(clean);
    if (lines.length > keptLines) lines.shift();
    for (const tell of calls) tell(clean);
    if (calls.size === 0 && untold.length < mostUntold) untold.push(clean);
  }

  function connected(connectMs: number): Promise<Connected> {
    if (isClosed) return Promise.reject(new Problem('shutting_down', 'the engine is stopping'));
    if (open !== undefined) return open;
    lines.length = 0;
    const mine = connect(reached, connectMs, {
      outgoing,
      onLine: hear,
      onToolsChanged: () => (isStale = true),
      onClose: () => drop(mine),
    }).catch((thrown: unknown) => {
      drop(mine);
      throw unavailable(thrown);
    });
    open = mine;
    mine.catch(() => undefined);
    return mine;
  }

  /** The next one who needs the server connects again. */
  function drop(which: Promise<Connected> | undefined): void {
    if (which === undefined || open !== which) return;
    open = undefined;
    read = undefined;
  }

  function unavailable(thrown: unknown): Problem {
    const words = lines.length === 0 ? '' : `; it printed: ${lines.join(' | ').slice(-1_000)}`;
    return new Problem('mcp_unavailable', `${who} is not available: ${redact(faultOf(thrown))}${words}`, {
      cause: thrown,
      ...(thrown instanceof Problem && thrown.code === 'shutting_down' ? { retryable: false } : {}),
    });
  }

  async function list(connectMs: number): Promise<ReadTools> {
    const client = await connected(connectMs);
    isStale = false;
    try {
      const now = await client.list(connectMs);
      const before = lastRead;
      lastRead = now;
      if (before === undefined) return now;
      const drift = remoteDrift(before.tools, now.tools);
      if (isSame(drift)) return (lastRead = before);
      const changed = driftLines(drift).slice(0, 20).join('; ');
      return (lastRead = { tools: now.tools, warnings: [...now.warnings, `its tools changed: ${changed}`] });
    } catch (thrown) {
      await forget();
      throw unavailable(thrown);
    }
  }

  /** Work that the server is needed for. */
  async function using<T>(work: () => Promise<T>): Promise<T> {
    users += 1;
    try {
      return await work();
    } finally {
      users -= 1;
      restWhenIdle();
    }
  }

  function restWhenIdle(): void {
    if (!rests || users > 0) return;
    rests = false;
    void forget().catch(() => undefined);
  }

  /** Lets go of a connection that is of no use any more. */
  async function forget(): Promise<void> {
    const lost = open;
    drop(lost);
    await (await lost?.catch(() => undefined))?.close();
  }

  return {
    tools(timeoutMs, signal) {
      if (isStale && open !== undefined) read = undefined;
      if (read === undefined) {
        const mine = using(() => list(timeoutMs));
        read = mine;
        mine.catch(() => {
          if (read === mine) read = undefined;
        });
      }
      return unlessAborted(who, signal, read);
    },

    async call(tool, input, { callMs, connectMs }, { signal, log }) {
      const what = `tool "${tool}" of ${who}`;
      let told = 0;
      const tell = (text: string): void => {
        told += 1;
        if (told <= toldLines) log(text);
        else if (told === toldLines + 1) log(`${who} says more, which is left out`);
      };
      const onLine = (line: string): void => tell(`${who}: ${line}`);
      calls.add(onLine);
      for (const line of untold.splice(0)) onLine(line);
      try {
        return await using(() => attempt(true));
      } finally {
        calls.delete(onLine);
      }

      async function attempt(mayAgain: boolean): Promise<Json> {
        const client = await unlessAborted(what, signal, connected(connectMs));
        let answer: unknown;
        try {
          answer = await client.request(
            'tools/call',
            { name: tool, arguments: input },
            {
              signal,
              timeoutMs: callMs,
              onProgress: ({ progress, total, message }) =>
                tell(
                  `${tool}: ${progress}${total === undefined ? '' : ` of ${total}`}${message === undefined ? '' : `: ${cleanText(message).slice(0, 500)}`}`,
                ),
            },
          );
        } catch (thrown) {
          if (signal.aborted) throw endOf(what, signal, thrown);
          const code = (thrown as { readonly code?: unknown } | null)?.code;
          if (code === 'REQUEST_TIMEOUT')
            throw new Problem('timeout', `${what} did not answer within ${callMs} ms`, { cause: thrown });
          const status = statusOf(thrown);
          // It does not know our session any more, and so did nothing.
          if (mayAgain && (status === 400 || status === 404)) {
            await forget();
            return attempt(false);
          }
          if (typeof code === 'number' && status === undefined)
            throw new Problem('tool_failed', `${what}: ${redact(faultOf(thrown))}`, { cause: thrown });
          await forget();
          throw new Problem(
            'mcp_unavailable',
            `${what} was lost: ${redact(faultOf(thrown))}; whether it did what it was asked is not known`,
            { cause: thrown },
          );
        }
        return resultOf(what, answer);
      }
    },

    rest() {
      rests = true;
      restWhenIdle();
    },

    async close() {
      isClosed = true;
      await forget();
    },
  };
}

/** What others may wait for, too, unless this one is aborted. */
async function unlessAborted<T>(what: string, signal: AbortSignal, work: Promise<T>): Promise<T> {
  if (signal.aborted) throw endOf(what, signal, undefined);
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(endOf(what, signal, undefined));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}
