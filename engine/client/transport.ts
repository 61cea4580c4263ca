import { Problem } from '../core/problem.ts';
import { addressOf } from './address.ts';
import { answerOf, streamOf } from './answer.ts';
import { createAttempt } from './attempt.ts';
import { pause } from './backoff.ts';
import { createDeadline } from './deadline.ts';
import { queryText } from './paths.ts';
import { failure, refusal } from './problem.ts';
import { defaultSilenceMs, type Request, type Transport } from './request.ts';
import { waitBefore } from './retry.ts';
import { createSignIn } from './sign-in.ts';
import type { ClientOptions } from './types/options.ts';

/**
 * Requests to one server. They throw Problem `server_unreachable`, `timeout`, `aborted`, `invalid_request` for what cannot be sent, and
 * what the server answers. Throws Problem `invalid_request` for an address that is none.
 */
export function createTransport(options: ClientOptions): Transport {
  const { timeoutMs = 300_000, silenceMs = defaultSilenceMs, retry, webSocket } = options;
  const base = addressOf(options.baseUrl);
  const fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
  const signIn = createSignIn(options);

  /** Asks once, and once more with another token when the first one is refused. */
  async function ask(url: string, request: Request): Promise<Response> {
    for (let isRenewed = false; ; isRenewed = true) {
      const token = await signIn.token();
      const response = await answer(url, await initOf(request, token), request);
      if (response.ok) return response;
      if (response.status !== 401 || isRenewed || !(await signIn.renew(token))) throw await refusal(response);
      await response.body?.cancel();
    }
  }

  /** An answer as far as its headers; one that is read for long must begin before the server counts as silent. */
  async function answer(url: string, init: RequestInit, { signal, isStream }: Request): Promise<Response> {
    if (isStream !== true) return fetch(url, init);
    const why = `nothing was heard of the server for ${silenceMs} ms`;
    const attempt = createAttempt(signal, silenceMs, new Problem('server_unreachable', why));
    try {
      return await fetch(url, { ...init, signal: attempt.signal });
    } finally {
      attempt.begin();
    }
  }

  async function initOf(request: Request, token: string | undefined): Promise<RequestInit> {
    const { method, body, lines, headers, signal } = request;
    return {
      method,
      headers: sendable({
        ...(await signIn.headers()),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(lines === undefined ? {} : { 'content-type': 'application/jsonl' }),
        ...headers,
      }),
      ...(body === undefined ? {} : { body: textOf(body) }),
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
    const deadline = createDeadline(request.timeoutMs ?? timeoutMs, request.signal);
    try {
      return await read({ ...request, signal: deadline.signal }, use);
    } finally {
      deadline.end();
    }
  }

  return {
    ...{ baseUrl: base, silenceMs, signIn, webSocket },
    open: (request) =>
      read({ ...request, isStream: true }, (response) =>
        streamOf(response, base, request.headers?.['accept']),
      ),
    read: readInTime,
    json: <T>(request: Request) =>
      readInTime(request, (response) => answerOf<T>(response, base, request.has)),
  };
}

/** Headers as they are, where they can be sent. */
function sendable(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(headers)) {
    try {
      new Headers([[name, value]]);
    } catch (thrown) {
      throw new Problem('invalid_request', `no request can have this header "${name}"`, { cause: thrown });
    }
  }
  return headers;
}

function textOf(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch (thrown) {
    const why = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : '';
    throw new Problem('invalid_request', `this cannot be sent as JSON: ${why}`, { cause: thrown });
  }
}

/** Whether asking twice is the same as asking once. */
function mayRepeat({ method, headers, query }: Request): boolean {
  if (query?.['onDisconnect'] === 'cancel') return false;
  return method === 'GET' || method === 'PUT' || headers?.['idempotency-key'] !== undefined;
}
