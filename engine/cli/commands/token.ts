import { createHash, randomBytes } from 'node:crypto';
import { Problem } from '../../core/problem.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `engine token`. */
export interface TokenOptions {
  readonly json?: boolean;
}

/** Makes a random token of 256 bits, prints it once, and what engine.yaml has to say of it. Nothing is written down. */
export function token(name: string, { json }: TokenOptions, { out, err }: Terminal): number {
  if (!/^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z][A-Za-z0-9_-]*)*$/.test(name) || name.length > 64)
    throw new Problem(
      'invalid_request',
      `"${name}" is no name of a caller; write letters, digits, "_" and "-", beginning with a letter, at most 64`,
    );
  const made = randomBytes(32).toString('base64url');
  const hash = `sha256:${createHash('sha256').update(made).digest('hex')}`;
  if (json === true) {
    out.line(JSON.stringify({ name, token: made, hash }));
    return exitCodes.ok;
  }
  out.line(made);
  err.line('this is shown once; give it to the caller, and write into engine.yaml under server.auth.tokens:');
  err.line(`  - name: ${name}`);
  err.line(`    hash: ${hash}`);
  return exitCodes.ok;
}
