import { createHash } from 'node:crypto';
import type { Caller } from './caller.ts';

/** An idempotency key such that no two callers share one, though they choose the same; what is no key stays so. */
export function ownKey({ id, scopes }: Caller, key: string | undefined): string | undefined {
  if (key === undefined || key === '' || key.length > 255 || scopes === undefined) return key;
  const hash = createHash('sha256')
    .update(JSON.stringify([id, key]))
    .digest('hex')
    .slice(0, 32);
  return `${key.slice(0, 200).trimEnd()}~${hash}`;
}
