import type { JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { maxIndex } from '../answers/event-page.ts';

/** How a frame that starts work is asked again, without its other keys. */
export interface Again {
  /** Only events with a higher index. */
  readonly after: number;
  /** The same key with the same frame is the same work. */
  readonly idempotency: { readonly idempotencyKey?: string };
  readonly rest: JsonObject;
}

/** Takes `after` and `idempotencyKey` out of a frame. Throws Problem `invalid_request`. */
export function readAgain({ idempotencyKey, ...more }: JsonObject): Again {
  const { after, rest } = readAfter(more);
  if (idempotencyKey === undefined) return { after, idempotency: {}, rest };
  if (typeof idempotencyKey !== 'string')
    throw new Problem('invalid_request', 'the "idempotencyKey" of a frame must be a text');
  return { after, idempotency: { idempotencyKey }, rest };
}

/** Takes `after` out of a frame. Throws Problem `invalid_request`. */
export function readAfter({ after = 0, ...rest }: JsonObject): {
  readonly after: number;
  readonly rest: JsonObject;
} {
  if (typeof after === 'number' && Number.isInteger(after) && after >= 0 && after <= maxIndex)
    return { after, rest };
  throw new Problem(
    'invalid_request',
    `the "after" of a frame must be the index of an event, got ${JSON.stringify(after)}`,
  );
}
