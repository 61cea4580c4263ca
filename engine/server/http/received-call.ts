import type { Delivery, Engine } from '../../api.ts';
import type { Json } from '../../core/json.ts';
import type { Caller } from '../auth/caller.ts';
import { ownKey } from '../auth/own-key.ts';
import { readRaw } from '../requests/read-body.ts';
import { readLines } from '../requests/read-lines.ts';
import type { UnreadCall } from '../route.ts';
import type { Context } from './context.ts';
import type { RequestSignals } from './request-signals.ts';

/** What of a call is known before its request is looked at. */
interface CallStart {
  readonly engine: Engine;
  readonly basePath: string;
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  readonly search: string;
  readonly body: Json | undefined;
  readonly wantsEvents: boolean;
  readonly signals: RequestSignals;
  /** Largest body, in bytes. */
  readonly bodyBytes: number;
}

/** A request as handlers see it. What only some ask for is made when they do. */
export class ReceivedCall implements UnreadCall {
  readonly engine: Engine;
  readonly basePath: string;
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  readonly search: string;
  readonly body: Json | undefined;
  readonly wantsEvents: boolean;
  readonly idempotencyKey: string | undefined;
  readonly #context: Context;
  readonly #signals: RequestSignals;
  readonly #bodyBytes: number;

  constructor(context: Context, start: CallStart) {
    this.engine = start.engine;
    this.basePath = start.basePath;
    this.caller = start.caller;
    this.params = start.params;
    this.search = start.search;
    this.body = start.body;
    this.wantsEvents = start.wantsEvents;
    this.idempotencyKey = ownKey(start.caller, context.req.headers['idempotency-key']?.toString());
    this.#context = context;
    this.#signals = start.signals;
    this.#bodyBytes = start.bodyBytes;
  }

  get lastEventId(): string | undefined {
    return this.#context.req.headers['last-event-id']?.toString();
  }

  get prefersAsync(): boolean {
    return prefersAsync(this.#context.req.headers.prefer?.toString());
  }

  get lines(): AsyncIterable<string> {
    return readLines(this.#context.req);
  }

  get delivery(): () => Promise<Delivery> {
    return async () => ({
      headers: this.#context.req.headersDistinct,
      body: await readRaw(this.#context.req, this.#bodyBytes),
      query: this.search,
    });
  }

  get signal(): AbortSignal {
    return this.#signals.gone;
  }

  get left(): AbortSignal {
    return this.#signals.left;
  }
}

/** Whether `respond-async` is among the preferences of a header `Prefer` (RFC 7240). */
function prefersAsync(prefer: string | undefined): boolean {
  if (prefer === undefined) return false;
  // What stands in quotes is a value.
  const parts = prefer.replace(/"(?:[^"\\]|\\.)*"/g, '').split(',');
  return parts.some((part) => part.split(';')[0]?.trim().toLowerCase() === 'respond-async');
}
