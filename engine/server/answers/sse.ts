import type { ServerResponse } from 'node:http';
import type { EngineEvent } from '../../core/event.ts';
import { fromData, type Problem } from '../../core/problem.ts';
import type { ErrorBody } from './error-body.ts';
import { eventText } from './event-text.ts';

/** What a stream tells that is no event of an engine. */
export interface Notice {
  /** The name that clients listen for. */
  readonly notice: string;
  /** JSON on one line. */
  readonly text: string;
}

/** How one stream is sent. */
export interface StreamOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the stream, the client may come back. The events must end with it, too. */
  readonly signal: AbortSignal;
  /** The last frame when the events, or what they are about, end in a failure. */
  readonly onError: (problem: unknown) => ErrorBody;
  /** Milliseconds between comments that keep a quiet stream open; default 15000. */
  readonly heartbeatMs?: number;
  /** Milliseconds a client may take nothing of what waits for it before it is cut off; default 60000. */
  readonly stallMs?: number;
}

/**
 * Sends events as `text/event-stream` until they end, fail (one `error` frame), the client leaves or `signal` aborts.
 * Stored events carry their index as `id`, live ones and notices none. Takes the next event only when the client has room for it, so that what
 * a slow one does not read waits in the store.
 */
export async function sendEvents(
  response: ServerResponse,
  events: AsyncIterable<EngineEvent | Notice>,
  { headers, signal, onError, heartbeatMs = 15_000, stallMs = 60_000 }: StreamOptions,
): Promise<void> {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    Connection: 'close',
    'X-Accel-Buffering': 'no',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  });
  // Counts from the last byte that the client's side took.
  response.setTimeout(stallMs, () => response.destroy());
  response.socket?.setKeepAlive(true, heartbeatMs);
  const write = writer(response, signal);
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': heartbeat\n\n');
  }, heartbeatMs).unref();
  try {
    await write(retry(1_000));
    let failure: Problem | undefined;
    for await (const event of events) {
      await write('notice' in event ? noticeFrame(event) : frame(event));
      if (response.destroyed) return;
      if (!('notice' in event)) failure = failureOf(event);
    }
    if (failure !== undefined) await write(errorFrame(onError(failure)));
    // Not all at once when the server is back.
    if (signal.aborted) await write(retry(1_000 + Math.floor(Math.random() * 2_000)));
  } catch (thrown) {
    if (!response.destroyed) await write(errorFrame(onError(thrown)));
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}

function retry(ms: number): string {
  return `retry: ${ms}\n\n`;
}

function frame(event: EngineEvent): string {
  const id = event.index > 0 ? `id: ${event.index}\n` : '';
  return `${id}event: ${event.type}\ndata: ${eventText(event)}\n\n`;
}

function noticeFrame({ notice, text }: Notice): string {
  return `event: ${notice}\ndata: ${text}\n\n`;
}

function errorFrame(body: ErrorBody): string {
  return `event: error\ndata: ${JSON.stringify(body)}\n\n`;
}

/** Why what the events are about did not succeed, if this is the last of them. */
function failureOf({ type, data }: EngineEvent): Problem | undefined {
  if ((type !== 'run_end' && type !== 'submission_end') || data.state === 'succeeded') return undefined;
  return fromData(data.error ?? { type: 'cancelled', message: 'it was cancelled' });
}

/** Writes that resolve when there is room for more, the client is gone or the signal aborts. */
function writer(response: ServerResponse, signal: AbortSignal): (text: string) => Promise<void> {
  return (text) => {
    if (response.destroyed || response.write(text) || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        response.off('drain', done).off('close', done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      response.on('drain', done).on('close', done);
      signal.addEventListener('abort', done);
    });
  };
}
