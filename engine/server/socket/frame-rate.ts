import type { WebSocket } from 'ws';

/** Frames a second that a client may send for long. */
const perSecond = 200;

/** Frames it may send at once. */
const burst = 1_000;

/** Bytes of a frame that count as one more. */
const bytesPerFrame = 16 * 1024;

/** Longest wait before more is read of a client, in milliseconds. */
const maxPauseMs = 5_000;

/** Reads no more of a client that sends more frames than it may, pings included, until it has waited for them. */
export function limitFrames(socket: WebSocket): void {
  let left = burst;
  let at = performance.now();
  let pause: NodeJS.Timeout | undefined;

  const count = (data: Buffer): void => {
    const now = performance.now();
    left = Math.min(burst, left + ((now - at) / 1_000) * perSecond) - 1 - data.length / bytesPerFrame;
    at = now;
    if (left >= 0 || pause !== undefined) return;
    socket.pause();
    const waitMs = Math.min(maxPauseMs, (-left / perSecond) * 1_000);
    pause = setTimeout(() => {
      pause = undefined;
      socket.resume();
    }, waitMs);
  };
  socket.on('message', count).on('ping', count).on('pong', count);
  socket.on('close', () => clearTimeout(pause));
}
