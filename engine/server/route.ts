import type { Delivery, Engine } from '../api.ts';
import type { EngineEvent } from '../core/event.ts';
import type { Json, JsonSchema } from '../core/json.ts';
import type { ProblemCode } from '../core/problem-codes.ts';
import type { Notice } from './answers/sse.ts';
import type { Access, Caller } from './auth/caller.ts';
import { readQuery, type Parameters, type Values } from './requests/parameters.ts';

/** A request as a handler sees it. */
export interface Call<Path extends string = string, P extends Parameters = Parameters> {
  readonly engine: Engine;
  /** In front of every route; empty or like `/engine`. */
  readonly basePath: string;
  /** Who asks. */
  readonly caller: Caller;
  /** Decoded segments of the path. */
  readonly params: Readonly<Record<Segments<Path>, string>>;
  readonly query: Values<P>;
  /** Undefined when the request had no body. */
  readonly body: Json | undefined;
  /** The caller asked for `text/event-stream`. */
  readonly wantsEvents: boolean;
  /** Header `Last-Event-ID`. */
  readonly lastEventId: string | undefined;
  /** Header `Idempotency-Key`. */
  readonly idempotencyKey: string | undefined;
  /** Header `Prefer: respond-async`. */
  readonly prefersAsync: boolean;
  /** The body of a route that takes lines, in pieces. Throws Problem `payload_too_large`, `invalid_request` (no UTF-8). */
  readonly lines: AsyncIterable<string>;
  /** The request as it came, for a route that takes deliveries. Throws Problem `payload_too_large`. */
  readonly delivery: () => Promise<Delivery>;
  /** Aborts when the connection is gone; for a stream of events also when the server closes. */
  readonly signal: AbortSignal;
  /** Aborts when the caller has left, and only then: not when the server cuts it off. */
  readonly left: AbortSignal;
}

/** What a handler answers. */
export type Reply =
  | {
      readonly status: number;
      readonly body: Json | object;
      readonly headers?: Readonly<Record<string, string>>;
      /** What logs say of it. */
      readonly note?: string;
    }
  | {
      readonly events: AsyncIterable<EngineEvent | Notice>;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly lines: AsyncIterable<string>; readonly headers?: Readonly<Record<string, string>> }
  | { readonly bytes: Uint8Array; readonly headers?: Readonly<Record<string, string>> }
  | {
      readonly status: number;
      readonly text: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly note?: string;
    }
  | { readonly status: 204 };

/** One line of the API. The router and `/openapi.json` are both built from these. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly operation: string;
  /** Who may use it. */
  readonly access: Access;
  readonly summary: string;
  /** Described once for each agent or workflow, with its own schemas. */
  readonly each?: 'agent' | 'workflow';
  readonly query: Parameters;
  /** Codes of the failures that callers should know of, besides those that every such route has. */
  readonly throws?: readonly ProblemCode[];
  /** What is sent is no JSON but lines of it, one after the other; or bytes that somebody signed. */
  readonly takes?: 'lines' | 'delivery';
  /** Takes the header `Prefer: respond-async`, for an answer with 202 at once. */
  readonly mayRespondAsync?: true;
  /** JSON body; a route of the engine without it, that does not take something else, refuses a body that says anything. */
  readonly body?: (
    name: string | undefined,
    engine: Engine,
  ) => { readonly schema: JsonSchema; readonly required: boolean };
  /** Successful answers by status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Can answer with events when the caller accepts `text/event-stream`. */
  readonly streams?: 'optional' | 'always';
  /** Its answer waits for an agent or a run, so that it takes a place of the work. */
  readonly waits?: true;
  /** Takes a header `Idempotency-Key`: the same key with the same body is the same work. */
  readonly isIdempotent?: true;
  readonly handle: (call: UnreadCall) => Promise<Reply>;
}

/** One successful answer; no schema: no body. */
export interface Answer {
  readonly description: string;
  readonly schema?: (name: string | undefined, engine: Engine) => JsonSchema;
  /** What comes instead of JSON: lines of it, the bytes of a file, plain text, or HTML. */
  readonly gives?: 'lines' | 'bytes' | 'text' | 'page';
  /** Headers that are told of. */
  readonly headers?: readonly HeaderName[];
}

/** Headers of answers that the description of the API tells of. */
export type HeaderName = 'Location' | 'Preference-Applied' | 'Content-Disposition';

/** A call whose query is still text. */
export type UnreadCall = Omit<Call, 'query'> & { readonly search: string };

/** Names of the `:segments` of a path. */
export type Segments<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | Segments<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : string extends Path
      ? string
      : never;

/** A route whose handler knows the names of its segments and the types of its query. */
export function route<const Path extends string, P extends Parameters = Record<never, never>>(
  spec: Omit<Route, 'path' | 'query' | 'handle'> & {
    readonly path: Path;
    readonly query?: P;
    readonly handle: (call: Call<Path, P>) => Promise<Reply>;
  },
): Route {
  const query = spec.query ?? ({} as P);
  // The query of a delivery belongs to the service that sends it.
  const queryOf = (search: string): Values<P> => (spec.takes === 'delivery' ? {} : readQuery(search, query));
  return {
    ...spec,
    query,
    // Not a copy, which would ask for every part of the request, used or not.
    handle: (call) => spec.handle(Object.assign(call, { query: queryOf(call.search) })),
  };
}

export { objectOf } from './openapi/shape.ts';
