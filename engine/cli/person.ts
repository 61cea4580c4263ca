import type { Readable, Writable } from 'node:stream';
import type { Terminal } from './terminal.ts';

/** Where questions are asked. */
export interface Person {
  readonly input: Readable;
  readonly output: Writable;
}

/** Who can be asked: somebody who sees stderr and has a keyboard. */
export function personAt({ err }: Pick<Terminal, 'err'>): Person | undefined {
  const isPerson = err.isTerminal && process.stdin.isTTY && process.env['CI'] === undefined;
  return isPerson ? { input: process.stdin, output: process.stderr } : undefined;
}
