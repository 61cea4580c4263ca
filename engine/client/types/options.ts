import type { WebSocketConstructor } from '../web-socket.ts';

/** A bearer token, or a function that gives one: it is asked once, and again when the server no longer takes what it gave. */
export type Token = string | (() => string | Promise<string>);

/** Headers, or a function that gives those of each request. */
export type ExtraHeaders =
  | Readonly<Record<string, string>>
  | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);

/** How calls are made again that failed on the way, or that the server had no room for. */
export interface RetryOptions {
  /** How often at most; default 3. */
  readonly retries?: number;
  /** Milliseconds before the first one, doubled for each, up to half of it left to chance; default 250. */
  readonly baseMs?: number;
  /** Longest wait in milliseconds. When `Retry-After` asks for more, the failure is thrown at once; default 30000. */
  readonly maxWaitMs?: number;
}

/**
 * Where the server is and how to reach it.
 *
 * @example
 * const options: ClientOptions = {
 *   baseUrl: 'https://shop.example.com/engine',
 *   token: async () => (await signIn()).accessToken,
 *   timeoutMs: 60_000,
 * };
 */
export interface ClientOptions {
  /** For example `http://127.0.0.1:8000`; in a page also from where the page is, such as `/engine`, or empty for its origin. */
  readonly baseUrl: string;
  /** Signs every request and socket in; see docs/auth.md. */
  readonly token?: Token;
  /** Sent with every request; with sockets only where the package `ws` carries them, since browsers cannot. */
  readonly headers?: ExtraHeaders;
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
  /** Default: the global `WebSocket`, else the package `ws`. */
  readonly webSocket?: WebSocketConstructor;
  /** Milliseconds a whole answer may take, with all that is tried again (not a stream); default 300000, `Infinity`: no limit. */
  readonly timeoutMs?: number;
  /**
   * Milliseconds without a sign of life after which a stream or socket is opened again; default 40000, servers give one every 15 s.
   * `Infinity`: never.
   */
  readonly silenceMs?: number;
  /**
   * Of calls that change nothing, or have an idempotency key: after connections that broke, 429 and 503. `false`: none. Streams and
   * sockets come back by themselves.
   */
  readonly retry?: RetryOptions | false;
}

/** Options of every call. The signal ends it early, with Problem `aborted`; the server goes on with what it had accepted. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds, after which it ends with Problem `timeout`; default that of the client, for a stream none. */
  readonly timeoutMs?: number;
}

/** Options of calls that start work. */
export interface StartOptions extends CallOptions {
  /** The same key with the same body is the same work; with another body it is refused with `conflict`. */
  readonly idempotencyKey?: string;
}

/** Options of calls that wait for work. */
export interface WaitOptions extends StartOptions {
  /** What becomes of the work when the caller leaves before the answer; default `continue`. */
  readonly onDisconnect?: 'continue' | 'cancel';
}

/** Options of reading a stream. */
export interface StreamOptions extends CallOptions {
  /** Index of the last event that was seen; default 0. */
  readonly after?: number;
}

/** A page of stored events. */
export interface EventsOptions extends CallOptions {
  /** Index of the last event that was seen; default 0. */
  readonly after?: number;
  /** 1 to 1000, default 1000. */
  readonly limit?: number;
  readonly types?: readonly string[];
}

/** A page of a list in the order of its names. */
export interface PageOptions {
  /** 1 to 1000, default 100. */
  readonly limit?: number;
  /** The `next` of the page before. */
  readonly after?: string;
}

/** A page of a list from the newest to the oldest. */
export interface NewestOptions {
  /** 1 to 1000, default 100. */
  readonly limit?: number;
  /** The `next` of the page before. */
  readonly before?: string;
}

/** A page of a conversation. */
export interface ConversationPage extends PageOptions {
  /** Which come first; default `oldest`. */
  readonly order?: 'oldest' | 'newest';
}

/** A page: the items under their name, and where the next one begins; null on the last page. */
export type Page<Name extends string, Item> = { readonly [Key in Name]: readonly Item[] } & {
  readonly next: string | null;
};

/** What is deleted besides. */
export interface DeleteOptions extends CallOptions {
  /** Ends what works or waits there; default a conversation with work stays, with Problem `session_busy`. */
  readonly abort?: boolean;
  /** Also the records and events of what was asked; default they stay as long as `retention` says. */
  readonly records?: boolean;
}
