import type { RunContext } from '../ports/durable.ts';

/** Milliseconds since 1970, by the clock of the durable engine. */
export function now(context: RunContext): number {
  return Date.parse(context.admittedAt) + context.age();
}

/** A moment as ISO text. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
