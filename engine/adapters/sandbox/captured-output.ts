import type { Readable } from 'node:stream';

/** What a command has written so far, bounded. */
export interface Captured {
  /** The beginning as text in UTF-8, never half a character where it was cut. */
  text(): string;
  readonly isCut: boolean;
}

/** Reads a stream to its end and keeps the first `limit` bytes; the rest is read and dropped. */
export function capture(stream: Readable, limit: number): Captured {
  const kept: Buffer[] = [];
  let bytes = 0;
  let isCut = false;
  stream.on('data', (chunk: Buffer) => {
    const room = limit - bytes;
    if (chunk.length > room) isCut = true;
    if (room <= 0) return;
    // A piece of a chunk would keep all of it.
    kept.push(chunk.length > room ? Buffer.from(chunk.subarray(0, room)) : chunk);
    bytes += Math.min(room, chunk.length);
  });
  stream.on('error', () => undefined);
  return {
    text() {
      const all = Buffer.concat(kept);
      return (isCut ? all.subarray(0, endOfText(all)) : all).toString('utf8');
    },
    get isCut() {
      return isCut;
    },
  };
}

/** Where the last whole character ends. */
export function endOfText(bytes: Buffer): number {
  let start = bytes.length - 1;
  while (start > 0 && bytes.length - start < 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  const lead = bytes[start] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return start + length > bytes.length ? start : bytes.length;
}
