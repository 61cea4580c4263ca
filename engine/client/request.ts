import type { SignIn } from './sign-in.ts';
import type { ClientOptions, StartOptions } from './types/options.ts';

/** One HTTP request. */
export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Lines of JSON in place of a body. */
  readonly lines?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the answer; default that of the client. */
  readonly timeoutMs?: number | undefined;
  /** A key that every answer of an engine has; without it, something else answers. */
  readonly has?: string;
  /** The caller of this tries again by itself. */
  readonly once?: true;
  /** The answer is read for as long as it goes on; it begins at once. */
  readonly isStream?: true;
}

/** How requests are made. */
export interface Transport {
  readonly baseUrl: string;
  /** Milliseconds after which a stream of which nothing is heard counts as broken. */
  readonly silenceMs: number;
  readonly signIn: SignIn;
  readonly webSocket: ClientOptions['webSocket'];
  /** The JSON of a successful answer. Throws Problem `server_unreachable` for one that no engine gives. */
  json<T>(request: Request): Promise<T>;
  /** What is read of a successful answer, within the time for it. */
  read<T>(request: Request, read: (response: Response) => Promise<T>): Promise<T>;
  /**
   * A successful answer whose body is not read yet, without a deadline. Throws Problem `server_unreachable` when nothing comes for
   * `silenceMs`, and for an answer that is not what the header `accept` says.
   */
  open(request: Request): Promise<Response>;
}

/** Two signs of life of a server and some time more, in milliseconds. */
export const defaultSilenceMs = 40_000;

/** Headers of a call that starts work. */
export function startHeaders({ idempotencyKey }: StartOptions = {}): Readonly<Record<string, string>> {
  return idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
}

/** Several values of a parameter, as one text. */
export function listed(values: string | readonly string[] | undefined): string | undefined {
  return typeof values === 'string' ? values : values?.join(',');
}
