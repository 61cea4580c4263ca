import type { ServerResponse } from 'node:http';
import type { EngineEvent } from '../core/event.ts';
import type { ErrorBody } from './error-body.ts';

/** Milliseconds between comments that keep a quiet stream open. */
export const heartbeatMs = 15_000;

/** Milliseconds a client may read nothing before it is cut off. */
const stallMs = 60_000;

/** What clients wait before they connect again, in milliseconds. */
const retryMs = 1_000;

/** How one stream is sent. */
export interface StreamOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the stream, the client may come back. */
  readonly signal: AbortSignal;
  /** The last frame when the events end in a failure. */
  readonly onError: (thrown: unknown) => ErrorBody;
}

/**
 * Sends events as `text/event-stream` until they end, fail (one `error` frame), the client leaves or `signal` aborts.
 * Stored events carry their index as `id`, live ones none. Takes the next event only when the client has room for it.
 */
export async function sendEvents(
  response: ServerResponse,
  events: AsyncIterable<EngineEvent>,
  { headers, signal, onError }: StreamOptions,
): Promise<void> {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    Connection: 'close',
    'X-Accel-Buffering': 'no',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  });
  const out = createOutlet(response);
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': heartbeat\n\n');
  }, heartbeatMs).unref();
  try {
    await out.write(`retry: ${retryMs}\n\n`);
    for await (const event of until(events, signal)) await out.write(frame(event));
  } catch (thrown) {
    if (!response.destroyed) await out.write(`event: error\ndata: ${JSON.stringify(onError(thrown))}\n\n`);
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}

/**
 * The same events with the first one already there, so that a refusal is thrown here, where it can still be a plain answer.
 */
export async function primed<T>(events: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const iterator = events[Symbol.asyncIterator]();
  const first = await iterator.next();
  return {
    async *[Symbol.asyncIterator]() {
      try {
        for (let next = first; next.done !== true; next = await iterator.next()) yield next.value;
      } finally {
        await iterator.return?.();
      }
    },
  };
}

function frame(event: EngineEvent): string {
  const id = event.index > 0 ? `id: ${event.index}\n` : '';
  return `${id}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** The items until the signal aborts, even while the next one is awaited. */
async function* until<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  let stop: () => void = () => undefined;
  const onAbort = (): void => stop();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      const next = await new Promise<IteratorResult<T, unknown> | undefined>((resolve, reject) => {
        stop = () => resolve(undefined);
        if (signal.aborted) return stop();
        iterator.next().then(resolve, reject);
      });
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not awaited: a generator that waits for its next item returns only after it.
    iterator.return?.().catch(() => undefined);
  }
}

/** Writes that resolve when there is room for more; a client that reads nothing for `stallMs` is cut off. */
function createOutlet(response: ServerResponse): { write(text: string): Promise<void> } {
  return {
    write(text) {
      if (response.destroyed || response.write(text)) return Promise.resolve();
      return new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(stalled);
          response.off('drain', done).off('close', done);
          resolve();
        };
        const stalled = setTimeout(() => response.destroy(), stallMs).unref();
        response.on('drain', done).on('close', done);
      });
    },
  };
}
