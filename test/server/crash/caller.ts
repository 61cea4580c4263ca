import { WebSocket } from 'ws';
import type { EngineEvent } from '../../../engine/core/event.ts';
import type { Json, JsonObject } from '../../../engine/core/json.ts';
import type { Subject } from './subject.ts';

/** An answer of the server. */
export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
  readonly headers: Headers;
}

/** A request that may be sent again and again. */
export interface Ask {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: Json;
  readonly key?: string;
  /** It is answered by an outcome: a refusal of the store may be the recorded one, which no other request changes. */
  readonly isPrompt?: boolean;
  /** In place of those for JSON. */
  readonly raw?: { readonly text: string; readonly headers: Readonly<Record<string, string>> };
}

/** Asks like somebody who goes on until there is an answer. */
export interface Caller {
  /** Sends a request to each life of the server until one answers it. */
  ask(request: Ask): Promise<Answer>;
  /** Events of a stream from its beginning, or behind those that there are, to its last event, over as many connections as it takes. */
  follow(path: string, events?: EngineEvent[]): Promise<EngineEvent[]>;
  /** The same by a request that starts work, whose stream is gone on with where its `Location` says. */
  stream(request: Ask): Promise<EngineEvent[]>;
  /** Asks over WebSockets, as many as it takes, until `result` or `error` comes; `id` is what `started` named. */
  talk(path: string, frame: JsonObject): Promise<{ id: string; events: EngineEvent[]; last: JsonObject }>;
  /** How often an answer did not come. */
  readonly lost: number;
}

/** An answer that no server may give. */
class Refusal extends Error {}

/** How many milliseconds to wait when a server that lives takes nothing. */
const pauseMs = 20;

/** A caller of a subject. `note` hears of each answer. */
export function callerOf(subject: Subject, note: () => void): Caller {
  let lost = 0;
  let seen = 0;

  /** Tries with the server that is there, and after a failure with the next one; the same when it only takes nothing now. */
  async function again<T>(attempt: (url: string, over: AbortSignal) => Promise<T | 'again'>): Promise<T> {
    for (;;) {
      const { url, number, over } = await subject.after(seen);
      try {
        const answer = await attempt(url, over);
        if (answer !== 'again') return answer;
        await pause();
      } catch (thrown) {
        if (thrown instanceof Refusal) throw thrown;
        lost += 1;
        if (subject.isOver(number)) seen = Math.max(seen, number);
        else await pause();
      }
    }
  }

  const send = (
    { method = 'POST', path, body, key, raw }: Ask,
    url: string,
    accept: string,
    signal: AbortSignal,
  ) =>
    fetch(url + path, {
      method,
      signal,
      headers: {
        accept,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...raw?.headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(raw === undefined ? {} : { body: raw.text }),
    });

  /** Reads the rest of a stream; says whether its last event was among it. */
  async function read(response: Response, events: EngineEvent[]): Promise<boolean> {
    if (response.status === 204) return true;
    if (response.status !== 200) {
      await response.text();
      return false;
    }
    let text = '';
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      text += decoder.decode(bytes as Uint8Array, { stream: true });
      const frames = text.split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) {
        const lines = frame.split('\n');
        if (!lines.some((line) => line.startsWith('id: '))) continue;
        const data = lines.find((line) => line.startsWith('data: '))?.slice('data: '.length) ?? '';
        const event = JSON.parse(data) as EngineEvent;
        events.push(event);
        note();
        if (isLast(event)) return true;
      }
    }
    return false;
  }

  async function follow(path: string, events: EngineEvent[] = []): Promise<EngineEvent[]> {
    return again(async (url, signal) => {
      const after = String(events.at(-1)?.index ?? 0);
      const response = await fetch(url + path, {
        signal,
        headers: { accept: 'text/event-stream', 'last-event-id': after },
      });
      if ([400, 404].includes(response.status))
        throw new Refusal(`${path} after ${after}: ${await response.text()}`);
      return (await read(response, events)) ? events : 'again';
    });
  }

  return {
    get lost() {
      return lost;
    },
    ask: (request) =>
      again(async (url, over) => {
        const response = await send(request, url, 'application/json', over);
        const body = (await response.json()) as JsonObject;
        note();
        const { type } = (body['error'] ?? {}) as { readonly type?: string };
        const isOutcome = request.isPrompt === true && type === 'store_unavailable';
        if (!isOutcome && (response.status === 503 || response.status === 429)) return 'again';
        return { status: response.status, body, headers: response.headers };
      }),
    follow,
    async stream(request) {
      const events: EngineEvent[] = [];
      let place: string | undefined;
      const isWhole = await again(async (url, over) => {
        const response = await send(request, url, 'text/event-stream', over);
        if (response.status === 503 || response.status === 429) {
          await response.text();
          return 'again';
        }
        place = response.headers.get('location') ?? undefined;
        // A stream that breaks is not asked for anew, but gone on with.
        return read(response, events).catch(() => false);
      });
      return isWhole ? events : follow(`${place ?? 'no-location'}/stream`, events);
    },
    async talk(path, frame) {
      const events: EngineEvent[] = [];
      let id = '';
      const last = await again<JsonObject>(
        (url, over) =>
          new Promise((resolve, reject) => {
            const socket = new WebSocket(url.replace('http', 'ws') + path);
            over.addEventListener('abort', () => socket.terminate());
            socket.on('error', reject);
            socket.on('close', () => reject(new Error('closed')));
            socket.on('message', (data) => {
              const said = JSON.parse(String(data)) as JsonObject & { readonly type: string };
              if (said.type === 'ready') {
                const after = events.at(-1)?.index;
                socket.send(
                  JSON.stringify({
                    v: 1,
                    requestId: '1',
                    ...frame,
                    ...(after === undefined ? {} : { after }),
                  }),
                );
              } else if (said.type === 'started') id = String(said['submissionId'] ?? said['runId']);
              else if (said.type === 'event') {
                const event = said['event'] as unknown as EngineEvent;
                if (event.index > 0) events.push(event);
                note();
              } else if (said.type === 'result' || said.type === 'error') {
                const { type } = (said['error'] ?? {}) as { readonly type?: string };
                // Of what was accepted it may be the outcome.
                if (type === 'shutting_down' || (type === 'store_unavailable' && id === '')) resolve('again');
                else resolve(said);
                socket.close();
              }
            });
          }),
      );
      return { id, events, last };
    },
  };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pauseMs));
}

function isLast({ type }: EngineEvent): boolean {
  return type === 'run_end' || type === 'submission_end';
}
