import { createServer, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { EngineEvent } from '../../engine/core/event.ts';
import { sendEvents, type StreamOptions } from '../../engine/server/answers/sse.ts';

describe('the sending of a stream', () => {
  let server: HttpServer;
  let closed: Promise<void>;
  let open: AbortController;
  beforeEach(() => {
    open = new AbortController();
  });
  afterEach(() => {
    open.abort();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  it('says that it lives while nothing happens', async () => {
    const read = await streamOf(untilAbort, { heartbeatMs: 10 });
    expect(await read(/(: heartbeat\n\n){3}/)).to.match(/^retry: 1000\n\n(: heartbeat\n\n){3}/);
  });

  it('says when to come back as the server closes', async () => {
    const read = await streamOf(untilAbort);
    await read(/^retry: 1000\n\n/);
    open.abort();
    await read(/^retry: 1000\n\nretry: [12]\d{3}\n\n$/);
    await closed;
  });

  it('to a client that takes nothing ends after some time, and lets go of the events', async () => {
    let gone: () => void = () => undefined;
    const letGo = new Promise<void>((resolve) => (gone = resolve));
    async function* endless(): AsyncGenerator<EngineEvent> {
      try {
        for (let index = 1; ; index += 1) yield await Promise.resolve(logged(index, 'x'.repeat(100_000)));
      } finally {
        gone();
      }
    }
    await streamOf(endless, { stallMs: 100, heartbeatMs: 20 });
    await Promise.all([closed, letGo]);
  });

  /** Serves events; resolves with a reader that waits until everything sent so far matches. */
  async function streamOf(
    events: (signal: AbortSignal) => AsyncIterable<EngineEvent>,
    options: Partial<StreamOptions> = {},
  ): Promise<(pattern: RegExp) => Promise<string>> {
    server = createServer((_request, response: ServerResponse) => {
      closed = new Promise((resolve) => response.on('close', () => resolve()));
      void sendEvents(response, events(open.signal), {
        headers: {},
        signal: open.signal,
        onError: () => ({ error: { type: 'internal_error', message: 'no', ref: 'err' } }),
        ...options,
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { body } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    return async (pattern) => {
      while (!pattern.test(text)) {
        const next = await reader?.read();
        if (next?.done !== false) throw new Error(`the stream ended with ${JSON.stringify(text)}`);
        text += next.value;
      }
      return text;
    };
  }
});

/** No event, until the signal aborts. */
async function* untilAbort(signal: AbortSignal): AsyncGenerator<EngineEvent> {
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  yield* [];
}

function logged(index: number, message: string): EngineEvent {
  return {
    v: 1,
    id: `e#${index}`,
    index,
    timestamp: '2026-01-01T00:00:00.000Z',
    executionId: 'e',
    type: 'log',
    data: { level: 'info', message },
  };
}
