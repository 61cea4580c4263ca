import type { Json } from '../core/json.ts';
import { idFault } from '../core/ids.ts';
import { Problem } from '../core/problem.ts';
import { readEnvelope, unreachable } from './problem.ts';
import type { ClientOptions, StartOptions } from './types.ts';

/** One HTTP request. */
export interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: Json | object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** How requests are made. */
export interface Transport {
  readonly baseUrl: string;
  /** Milliseconds after which a stream of which nothing is heard counts as broken. */
  readonly silenceMs: number;
  /** The JSON of a successful answer. */
  json<T>(request: Request): Promise<T>;
  /** A successful answer whose body is not read yet, without a deadline. */
  open(request: Request): Promise<Response>;
}

/** Two signs of life of a server and some time more, in milliseconds. */
export const defaultSilenceMs = 40_000;

/** Requests to one server. They throw Problem `server_unreachable`, `timeout`, `aborted` and what the server answers. */
export function createTransport({
  baseUrl,
  fetch: given,
  headers,
  timeoutMs = 300_000,
  silenceMs = defaultSilenceMs,
}: ClientOptions): Transport {
  const base = baseUrl.replace(/\/+$/, '');
  const fetch = given ?? globalThis.fetch.bind(globalThis);

  async function open({ method, path, query, body, headers: more, signal }: Request): Promise<Response> {
    const url = base + path + queryText(query);
    try {
      const response = await fetch(url, {
        method,
        headers: {
          ...headers,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...more,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal == null ? {} : { signal }),
      });
      if (response.ok) return response;
      throw await refusal(response);
    } catch (thrown) {
      throw failure(url, thrown, signal);
    }
  }

  return {
    baseUrl: base,
    silenceMs,
    open,
    async json<T>(request: Request): Promise<T> {
      const deadline = new AbortController();
      const late = setTimeout(() => {
        deadline.abort(new Problem('timeout', `no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      const signal =
        request.signal === undefined ? deadline.signal : AbortSignal.any([request.signal, deadline.signal]);
      try {
        const response = await open({ ...request, signal });
        return (await response.json()) as T;
      } catch (thrown) {
        throw failure(base + request.path, thrown, signal);
      } finally {
        clearTimeout(late);
      }
    },
  };
}

/** A path of segments, each encoded; throws Problem `invalid_request` for a segment that no URL can carry. */
export function pathOf(...segments: readonly string[]): string {
  return segments
    .map((segment) => {
      const fault = idFault(segment);
      if (fault !== undefined) throw new Problem('invalid_request', `"${segment}" ${fault}`);
      return `/${encodeURIComponent(segment)}`;
    })
    .join('');
}

/** The id of what was started, from the `Location` of the answer. */
export function namedBy({ headers }: Response): string {
  return decodeURIComponent((headers.get('location') ?? '').replace(/^.*\//, ''));
}

/** What a failed call throws. */
export function failure(url: string, thrown: unknown, signal: AbortSignal | undefined): Problem {
  if (signal?.aborted !== true) return unreachable(url, thrown);
  return signal.reason instanceof Problem
    ? signal.reason
    : new Problem('aborted', 'the call was aborted', { cause: thrown });
}

/** Headers of a call that starts work. */
export function startHeaders({ idempotencyKey }: StartOptions = {}): Readonly<Record<string, string>> {
  return idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
}

async function refusal(response: Response): Promise<Problem> {
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return (
    readEnvelope(body) ??
    new Problem(
      'server_unreachable',
      `"${response.url}" answered ${response.status}, and not in the way of this engine`,
    )
  );
}

function queryText(query: Request['query'] = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}
