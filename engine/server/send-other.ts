import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { EngineEvent } from '../core/event.ts';
import type { Context } from './context.ts';
import { linesType } from './read-lines.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Answers with lines as they come. What fails before the first one is thrown; what fails later cuts the connection off, so that half a
 * text is never taken for a whole one.
 */
export async function sendLines(
  context: Context,
  lines: AsyncIterable<string>,
  headers: Headers,
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
  await pipeline(Readable.from(from(first, iterator)), context.res).catch(() => context.res.destroy());
}

/** Answers with the bytes of a file, which browsers save and do not show. */
export function sendBytes(context: Context, bytes: Uint8Array, headers: Headers): void {
  context.set(headers);
  context.type = 'application/octet-stream';
  context.status = 200;
  context.body = Buffer.from(bytes);
}

/** Answers a HEAD request for a stream of events, of which none is asked for. */
export async function sendNoEvents(
  context: Context,
  events: AsyncIterable<EngineEvent>,
  headers: Headers,
): Promise<void> {
  await events[Symbol.asyncIterator]().return?.();
  context.set(headers);
  context.type = 'text/event-stream';
  context.status = 200;
  context.res.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
}

async function* from(first: IteratorResult<string>, rest: AsyncIterator<string>): AsyncGenerator<string> {
  for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
}
