import { Problem } from '../core/problem.ts';

/** Longest key, in characters. */
const maxLength = 255;

/** An option `idempotencyKey` for what takes one, when there is a key. Throws Problem `invalid_request` for one that cannot be used. */
export function keyOption(key: string | undefined): { readonly idempotencyKey?: string } {
  if (key === undefined) return {};
  if (/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(key) && key.length <= maxLength)
    return { idempotencyKey: key };
  throw new Problem(
    'invalid_request',
    `the idempotency key must be 1 to ${maxLength} printable ASCII characters, with no space at either end`,
  );
}
