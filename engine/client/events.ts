import type { EngineEvent } from '../core/event.ts';
import { readEnvelope } from './problem.ts';
import { createSseParser } from './sse.ts';

/** What a stream said about reconnecting. */
export interface StreamState {
  retryMs: number | undefined;
}

/**
 * The events of an answer, until it ends. An `error` frame of the server ends the iteration with its Problem. Leaving early
 * closes the connection.
 */
export async function* readEvents(response: Response, state?: StreamState): AsyncGenerator<EngineEvent> {
  if (response.body === null) return;
  const parser = createSseParser();
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      for (const { event, data } of parser.push(decoder.decode(value as Uint8Array, { stream: true }))) {
        if (state !== undefined) state.retryMs = parser.retryMs;
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
