import type { ClientOptions } from './types.ts';

/** The part of the standard WebSocket that the client uses; the one of browsers and of the package `ws` both fit. */
export interface WebSocketLike {
  send(data: string): void;
  close(code?: number, reason?: string): void;
  /** Ends it without a word; browsers have no such thing. */
  terminate?(): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    type: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void;
  addEventListener(type: 'error', listener: (event: object) => void): void;
}

/** A constructor of WebSockets. */
export type WebSocketConstructor = new (url: string) => WebSocketLike;

/** Begins to open a socket: with the constructor of the options, the global one, or that of the package `ws`. */
export async function constructSocket(
  { webSocket, headers }: ClientOptions,
  url: string,
): Promise<WebSocketLike> {
  const standard = webSocket ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  if (standard !== undefined) return new standard(url);
  const { WebSocket } = await import('ws');
  return new WebSocket(url, { headers: { ...headers } });
}
