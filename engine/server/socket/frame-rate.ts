import type { WebSocket } from 'ws';
import { closeSlow } from './outbox.ts';

/** Frames a second that a client may send for long. */
const perSecond = 200;

/** Frames it may send at once. */
const burst = 1_000;

/** Bytes of a frame that count as one more. */
const bytesPerFrame = 16 * 1024;

/** Longest wait before more is read of a client, in milliseconds. */
const maxPauseMs = 5_000;

/**
 * Reads no more of a client that sends more frames than it may, until it has waited for them. One that sends more pings than that, which no
 * client needs, or reads so few of the answers that 1 MiB waits for it, is closed with 1008.
 */
export function limitFrames(socket: WebSocket): void {
  const frames = createBudget();
  const pings = createBudget();
  let pause: NodeJS.Timeout | undefined;

  const count = (data: Buffer): void => {
    const left = frames(1 + data.length / bytesPerFrame);
    if (left >= 0 || pause !== undefined) return;
    socket.pause();
    const waitMs = Math.min(maxPauseMs, (-left / perSecond) * 1_000);
    pause = setTimeout(() => {
      pause = undefined;
      socket.resume();
    }, waitMs);
  };
  socket.on('message', count).on('pong', count);
  socket.on('ping', (data: Buffer) => {
    if (socket.readyState !== socket.OPEN) return;
    if (!closeSlow(socket)) {
      if (pings(1) >= 0) return count(data);
      socket.close(1008, 'too many pings');
    }
    // Its answer to that must be read.
    clearTimeout(pause);
    socket.resume();
  });
  socket.on('close', () => clearTimeout(pause));
}

/** What takes so many frames, and says how many are left; below 0 is too many. */
function createBudget(): (frames: number) => number {
  let left = burst;
  let at = performance.now();
  return (frames) => {
    const now = performance.now();
    left = Math.min(burst, left + ((now - at) / 1_000) * perSecond) - frames;
    at = now;
    return left;
  };
}
