import { hash } from 'node:crypto';

/** Id of the operation with a key: the same after a crash, so that what it started before is found again. */
export function operationIdOf(key: string): string {
  return `op_${hash('sha256', key).slice(0, 26)}`;
}
