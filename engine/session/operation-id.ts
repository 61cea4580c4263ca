import { createHash } from 'node:crypto';

/** Id of the operation with a key: the same after a crash, so that what it started before is found again. */
export function operationIdOf(key: string): string {
  return `op_${createHash('sha256').update(key).digest('hex').slice(0, 26)}`;
}
