import type { IncomingMessage } from 'node:http';
import type { Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { checkJson, parseJson } from '../../core/parse-json.ts';

const bodies = new WeakMap<IncomingMessage, unknown>();

/** Keeps the body that the app around the server has read already: bytes, text or parsed JSON. */
export function keepHostBody(request: IncomingMessage, body: unknown): void {
  if (body !== undefined) bodies.set(request, body);
}

/**
 * The body that the app around has read, with the same bounds as others; `unread` when it has read none. Throws Problem
 * `payload_too_large`, `invalid_json`, and `internal_error` where the body is gone, which is a fault of the app around.
 */
export function hostBody(request: IncomingMessage, limit: number): { readonly value: Json } | 'unread' {
  if (!request.readableDidRead && !request.readableEnded) return 'unread';
  const body = bodies.get(request);
  if (body === undefined) {
    throw new Problem(
      'internal_error',
      'the body was read before it came here; mount the engine before what reads bodies, or have that leave it as "body"',
    );
  }
  if (typeof body === 'string' || body instanceof Uint8Array) {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    if (bytes.length > limit) throw tooLarge(limit);
    return { value: parseJson(bytes) };
  }
  const value = body as Json;
  checkJson(value);
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > limit) throw tooLarge(limit);
  return { value };
}

/**
 * The bytes that the app around has read, which alone can be checked against a signature. Throws Problem `payload_too_large`, and
 * `internal_error` where only what was parsed of them is left.
 */
export function hostBytes(request: IncomingMessage, limit: number): Uint8Array | 'unread' {
  if (!request.readableDidRead && !request.readableEnded) return 'unread';
  const body = bodies.get(request);
  if (typeof body !== 'string' && !(body instanceof Uint8Array))
    throw new Problem(
      'internal_error',
      'the bytes of the body are gone, so that its signature cannot be checked; mount the engine before what parses bodies',
    );
  const bytes = Buffer.from(body);
  if (bytes.length > limit) throw tooLarge(limit);
  return bytes;
}

/** The refusal of a body. */
export function tooLarge(limit: number): Problem {
  return new Problem('payload_too_large', `the body is larger than ${limit} bytes`);
}
