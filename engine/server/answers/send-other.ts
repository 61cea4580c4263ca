import type { ServerResponse } from 'node:http';
import type { Context } from '../http/context.ts';
import { linesType } from '../requests/read-lines.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Answers with lines as they come. What fails before the first one is thrown; what fails later cuts the connection off, so that half a
 * text is never taken for a whole one.
 * @param stallMs milliseconds a client may take nothing of what waits for it before it is cut off.
 */
export async function sendLines(
  context: Context,
  lines: AsyncIterable<string>,
  headers: Headers,
  stallMs = 60_000,
): Promise<void> {
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  context.set(headers);
  context.type = linesType;
  context.status = 200;
  if (context.method === 'HEAD') {
    await iterator.return?.();
    return;
  }
  context.respond = false;
  context.res.statusCode = 200;
  const { res } = context;
  try {
    for (let next = first; next.done !== true && !res.destroyed; next = await iterator.next())
      if (!res.write(next.value)) await drained(res, stallMs);
    if (!res.destroyed) res.end();
  } catch {
    res.destroy();
  } finally {
    await iterator.return?.();
  }
}

/** Answers with the bytes of a file, which browsers save and do not show. */
export function sendBytes(context: Context, bytes: Uint8Array, headers: Headers): void {
  context.set(headers);
  context.type = 'application/octet-stream';
  context.status = 200;
  context.body = Buffer.from(bytes);
}

/** Answers with a text, plain if no header says what it is. */
export function sendText(
  context: Context,
  { status, text }: { readonly status: number; readonly text: string },
  headers: Headers,
): void {
  context.type = 'text/plain';
  context.set(headers);
  context.body = text;
  context.status = status;
}

/** Answers a HEAD request for a stream of events, of which none is asked for. */
export async function sendNoEvents(
  context: Context,
  events: AsyncIterable<unknown>,
  headers: Headers,
): Promise<void> {
  await events[Symbol.asyncIterator]().return?.();
  context.set(headers);
  context.type = 'text/event-stream';
  context.status = 200;
  context.res.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
}

/** Resolves when more can be written, or never will: a client that takes nothing is cut off. */
function drained(response: ServerResponse, stallMs: number): Promise<void> {
  return new Promise((resolve) => {
    const stalled = (): void => void response.destroy();
    const done = (): void => {
      response.off('drain', done).off('close', done).off('timeout', stalled).setTimeout(0);
      resolve();
    };
    response.on('drain', done).on('close', done).setTimeout(stallMs, stalled);
  });
}
