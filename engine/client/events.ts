import type { EngineEvent } from '../core/event.ts';
import { Problem } from '../core/problem.ts';
import { readEnvelope } from './problem.ts';
import { createSseParser } from './sse.ts';
import { startTimer } from './timer.ts';

/** What a stream said about reconnecting. */
export interface StreamState {
  retryMs: number | undefined;
}

/**
 * The events of an answer, until it ends. An `error` frame of the server ends the iteration with its Problem, as does silence:
 * servers send a comment every 15 seconds. Leaving early closes the connection.
 */
export async function* readEvents(
  response: Response,
  silenceMs: number,
  state?: StreamState,
): AsyncGenerator<EngineEvent> {
  if (response.body === null) return;
  const parser = createSseParser();
  const decoder = new TextDecoder();
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  try {
    for (;;) {
      const { done, value } = await soon(reader, silenceMs);
      if (done) return;
      const frames = parser.push(decoder.decode(value, { stream: true }));
      if (state !== undefined) state.retryMs = parser.retryMs;
      for (const { event, data } of frames) {
        const body: unknown = JSON.parse(data);
        const problem = event === 'error' ? readEnvelope(body) : undefined;
        if (problem !== undefined) throw problem;
        yield body as EngineEvent;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** The next piece of a body. Throws Problem `server_unreachable` when nothing comes for so long. */
function soon(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  silenceMs: number,
): ReturnType<typeof reader.read> {
  return new Promise((resolve, reject) => {
    const stop = startTimer(silenceMs, () => {
      reject(new Problem('server_unreachable', `nothing was heard of the server for ${silenceMs} ms`));
    });
    reader.read().finally(stop).then(resolve, reject);
  });
}
