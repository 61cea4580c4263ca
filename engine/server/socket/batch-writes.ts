import type { Writable } from 'node:stream';

/** Milliseconds after which what was written leaves though the turn goes on: many sockets make long turns. */
const maxHoldMs = 40;

let held: Writable[] = [];
let since = 0;

/** Has what is written to a stream in this turn of the event loop leave at once. */
export function batchWrites(stream: Writable): void {
  const now = performance.now();
  if (held.length > 0 && now - since > maxHoldMs) release();
  if (stream.writableCorked > 0) return;
  stream.cork();
  if (held.push(stream) > 1) return;
  since = now;
  process.nextTick(release);
}

function release(): void {
  const all = held;
  held = [];
  for (const stream of all) stream.uncork();
}
