import type { Transport } from './request.ts';

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
export type WebSocketConstructor = new (url: string, protocols?: string[]) => WebSocketLike;

/** Name of what is spoken over sockets; the token goes beside it, since browsers let a page send no header with a socket. */
const protocol = 'engine.v1';

/** Begins to open a socket: with the constructor of the options, the global one, or that of the package `ws`. */
export async function constructSocket(
  { webSocket, signIn }: Transport,
  url: string,
  token: string | undefined,
): Promise<WebSocketLike> {
  const protocols = token === undefined ? undefined : [protocol, `bearer.${carried(token)}`];
  const standard = webSocket ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  if (standard !== undefined)
    return protocols === undefined ? new standard(url) : new standard(url, protocols);
  const { WebSocket } = await import('ws');
  const { authorization, ...headers } = await signIn.headers();
  const sent = authorization === undefined || token !== undefined ? headers : { ...headers, authorization };
  return new WebSocket(url, protocols ?? [], { headers: sent });
}

/** A token as a name of a protocol, in base64url. */
function carried(token: string): string {
  return btoa(token).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
