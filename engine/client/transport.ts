import { Problem } from '../core/problem.ts';
import { answerOf } from './answer.ts';
import { pause } from './backoff.ts';
import { queryText } from './paths.ts';
import { failure, refusal } from './problem.ts';
import { defaultSilenceMs, type Request, type Transport } from './request.ts';
import { waitBefore } from './retry.ts';
import { createSignIn } from './sign-in.ts';
import type { ClientOptions } from './types/options.ts';

/** Requests to one server. They throw Problem `server_unreachable`, `timeout`, `aborted` and what the server answers. */
export function createTransport(options: ClientOptions): Transport {
  const { baseUrl, timeoutMs = 300_000, silenceMs = defaultSilenceMs, retry, webSocket } = options;
  const base = baseUrl.replace(/\/+$/, '');
  const fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
  const signIn = createSignIn(options);

  /** Asks once, and once more with another token when the first one is refused. */
  async function ask(url: string, request: Request): Promise<Response> {
    for (let isRenewed = false; ; isRenewed = true) {
      const token = await signIn.token();
      const response = await fetch(url, await initOf(request, token));
      if (response.ok) return response;
      if (response.status !== 401 || isRenewed || !(await signIn.renew(token))) throw await refusal(response);
      await response.body?.cancel();
    }
  }

  async function initOf(request: Request, token: string | undefined): Promise<RequestInit> {
    const { method, body, lines, headers, signal } = request;
    return {
      method,
      headers: {
        ...(await signIn.headers()),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(lines === undefined ? {} : { 'content-type': 'application/jsonl' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(lines === undefined ? {} : { body: lines }),
      ...(signal == null ? {} : { signal }),
    };
  }

  /** Asks, and asks again as long as that may help and does no harm. */
  async function read<T>(request: Request, use: (response: Response) => Promise<T> | T): Promise<T> {
    const { signal, once } = request;
    const url = base + request.path + queryText(request.query);
    for (let failures = 1; ; failures += 1) {
      try {
        return await use(await ask(url, request));
      } catch (thrown) {
        const problem = failure(url, thrown, signal);
        const isFinal = signal?.aborted === true || once === true || !mayRepeat(request);
        const waitMs = isFinal ? undefined : waitBefore(problem, failures, retry);
        if (waitMs === undefined) throw problem;
        await pause(waitMs, signal);
        // The time is over: what failed says more than that.
        if (signal?.reason instanceof Problem) throw problem;
      }
    }
  }

  /** The same within the time for it. */
  async function readInTime<T>(request: Request, use: (response: Response) => Promise<T>): Promise<T> {
    const limitMs = request.timeoutMs ?? timeoutMs;
    const deadline = new AbortController();
    const late = setTimeout(() => {
      deadline.abort(new Problem('timeout', `no answer within ${limitMs} ms`));
    }, limitMs);
    const signal =
      request.signal === undefined ? deadline.signal : AbortSignal.any([request.signal, deadline.signal]);
    try {
      return await read({ ...request, signal }, use);
    } finally {
      clearTimeout(late);
    }
  }

  return {
    ...{ baseUrl: base, silenceMs, signIn, webSocket },
    open: (request) => read(request, (response) => response),
    read: readInTime,
    json: <T>(request: Request) =>
      readInTime(request, (response) => answerOf<T>(response, base, request.has)),
  };
}

/** Whether asking twice is the same as asking once. */
function mayRepeat({ method, headers, query }: Request): boolean {
  if (query?.['onDisconnect'] === 'cancel') return false;
  return method === 'GET' || method === 'PUT' || headers?.['idempotency-key'] !== undefined;
}
