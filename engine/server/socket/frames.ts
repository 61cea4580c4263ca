import type { EngineEvent } from '../../core/event.ts';
import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import type { ErrorBody } from '../answers/error-body.ts';
import type { Target } from './target.ts';

/** What the server says over a socket; each is sent with `v: 1`. */
export type ServerFrame =
  | ({ readonly type: 'ready' } & Target)
  | { readonly type: 'started'; readonly requestId: string; readonly submissionId: string }
  | { readonly type: 'started'; readonly requestId: string; readonly runId: string }
  | { readonly type: 'event'; readonly requestId: string; readonly event: EngineEvent }
  | { readonly type: 'result'; readonly requestId: string; readonly result: object }
  | { readonly type: 'unsubscribed'; readonly requestId: string }
  | { readonly type: 'error'; readonly requestId?: string; readonly error: ErrorBody['error'] }
  | { readonly type: 'pong'; readonly requestId?: string };

/** What a client says over a socket, its own keys unread in `rest`. */
export interface ClientFrame {
  readonly type: 'prompt' | 'invoke' | 'subscribe' | 'unsubscribe' | 'abort' | 'ping';
  /** Undefined only for a ping. */
  readonly requestId: string | undefined;
  readonly rest: JsonObject;
}

const understood = {
  agent: ['prompt', 'subscribe', 'unsubscribe', 'abort', 'ping'],
  workflow: ['invoke', 'subscribe', 'unsubscribe', 'abort', 'ping'],
} as const;

const articles = { agent: 'an', workflow: 'a' } as const;

const withoutKeys: readonly ClientFrame['type'][] = ['unsubscribe', 'abort', 'ping'];

/**
 * A frame of a client. Throws Problem `invalid_request`. The keys of `rest` are left to the reader of the type; some types have
 * none.
 */
export function readFrame(value: Json, target: Target['target']): ClientFrame {
  if (!isObject(value)) throw new Problem('invalid_request', 'a frame must be a JSON object');
  const { v, type, requestId, ...rest } = value;
  if (v !== 1) throw new Problem('invalid_request', 'a frame needs "v": 1, the version of this protocol');
  const types: readonly ClientFrame['type'][] = understood[target];
  const found = types.find((candidate) => candidate === type);
  if (type === undefined) throw new Problem('invalid_request', `a frame needs a "type"${choices('', types)}`);
  if (found === undefined) {
    const given = typeof type === 'string' ? type : JSON.stringify(type);
    throw new Problem(
      'invalid_request',
      `unknown frame type "${given}" for a socket of ${articles[target]} ${target}${choices(given, types)}`,
    );
  }
  const [stray] = Object.keys(rest);
  if (withoutKeys.includes(found) && stray !== undefined) {
    throw new Problem('invalid_request', `unknown key "${stray}" in a frame of type "${found}"`);
  }
  if (requestId === undefined && found === 'ping') return { type: found, requestId, rest };
  if (typeof requestId !== 'string' || requestId === '' || requestId.length > 200) {
    throw new Problem(
      'invalid_request',
      `a frame of type "${found}" needs a "requestId" of 1 to 200 characters`,
    );
  }
  return { type: found, requestId, rest };
}

/** The `requestId` of a frame that may be broken otherwise, so that its refusal can name it. */
export function requestIdOf(value: Json): string | undefined {
  const id = isObject(value) ? value['requestId'] : undefined;
  return typeof id === 'string' && id.length <= 200 ? id : undefined;
}
