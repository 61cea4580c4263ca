import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { readEnvelope, unreachable } from './problem.ts';
import type { ClientOptions } from './types.ts';

/** The part of the standard WebSocket that the client uses; the one of browsers and of the package `ws` both fit. */
export interface WebSocketLike {
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    type: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void;
  addEventListener(type: 'error', listener: (event: object) => void): void;
}

/** A constructor of WebSockets. */
export type WebSocketConstructor = new (url: string) => WebSocketLike;

/** A frame of the server about one request. */
export type Frame = JsonObject & { readonly type: string };

/** Where the frames of one request go; `problem` when the request or the socket failed, which is the last that comes. */
export interface Listener {
  frame(frame: Frame): void;
  problem(problem: Problem): void;
}

/** An open socket whose requests do not see each other. */
export interface Socket {
  /** Sends a request; returns how to take it back. */
  ask(frame: JsonObject & { readonly type: string }, listener: Listener): () => void;
  close(): void;
}

/** Opens a socket and waits until the server is ready. Throws Problem `server_unreachable`. */
export async function openSocket(options: ClientOptions, path: string): Promise<Socket> {
  const url = options.baseUrl.replace(/\/+$/, '').replace(/^http/, 'ws') + path;
  const listeners = new Map<string, Listener>();
  const socket = await construct(options, url);
  let count = 0;
  let closed: Problem | undefined;

  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(String(data)) as Json;
      if (!isObject(frame) || typeof frame['type'] !== 'string') return;
      if (frame['type'] === 'ready') return resolve();
      const id = frame['requestId'];
      const listener = typeof id === 'string' ? listeners.get(id) : undefined;
      if (typeof id !== 'string' || listener === undefined) return;
      if (frame['type'] === 'result' || frame['type'] === 'error') listeners.delete(id);
      const problem = frame['type'] === 'error' ? readEnvelope(frame) : undefined;
      if (problem === undefined) listener.frame(frame as Frame);
      else listener.problem(problem);
    });
    socket.addEventListener('error', (event) =>
      end(unreachable(url, 'error' in event ? event.error : undefined)),
    );
    socket.addEventListener('close', ({ code, reason }) => {
      end(
        new Problem(
          'server_unreachable',
          `the socket was closed (${code}${reason === '' ? '' : `, ${reason}`})`,
        ),
      );
    });
    function end(problem: Problem): void {
      closed ??= problem;
      reject(closed);
      for (const listener of listeners.values()) listener.problem(closed);
      listeners.clear();
    }
  });

  return {
    ask(frame, listener) {
      if (closed !== undefined) {
        listener.problem(closed);
        return () => undefined;
      }
      count += 1;
      const requestId = String(count);
      listeners.set(requestId, listener);
      socket.send(JSON.stringify({ v: 1, ...frame, requestId }));
      return () => {
        if (listeners.has(requestId) && closed === undefined) {
          socket.send(JSON.stringify({ v: 1, type: 'abort', requestId }));
        }
      };
    },
    close: () => socket.close(1000),
  };
}

async function construct({ webSocket, headers }: ClientOptions, url: string): Promise<WebSocketLike> {
  const standard = webSocket ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  if (standard !== undefined) return new standard(url);
  const { WebSocket } = await import('ws');
  return new WebSocket(url, { headers: { ...headers } });
}
