import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

/** What is known of the life of one socket. */
interface Sign {
  readonly raw: Socket;
  /** Whether something came, or was taken, since the last ping. */
  alive: boolean;
  /** Bytes that its side had taken at the last ping, and whether more waited then. */
  taken: number;
  waited: boolean;
}

/** Tells sockets whose other side is gone without a word. */
export interface Pulse {
  /** Watches a socket until it closes. */
  watch(socket: WebSocket, raw: Socket): void;
  stop(): void;
}

/** A pulse: pings all sockets in turns of `everyMs`, and cuts off those of which nothing was heard since the last turn. */
export function createPulse(everyMs = 15_000): Pulse {
  const watched = new Map<WebSocket, Sign>();
  const timer = setInterval(() => {
    for (const [socket, sign] of watched) beat(socket, sign);
  }, everyMs).unref();
  return {
    watch(socket, raw) {
      const sign: Sign = { raw, alive: true, taken: 0, waited: false };
      const heard = (): void => void (sign.alive = true);
      watched.set(socket, sign);
      socket.on('pong', heard).on('ping', heard).on('message', heard);
      socket.on('close', () => watched.delete(socket));
    },
    stop: () => clearInterval(timer),
  };
}

function beat(socket: WebSocket, sign: Sign): void {
  const { raw } = sign;
  const taken = raw.bytesWritten - raw.writableLength;
  // Who reads slowly has not come to the ping yet.
  const isReading = sign.waited && taken > sign.taken;
  if (!sign.alive && !isReading && !socket.isPaused) return socket.terminate();
  sign.alive = false;
  sign.taken = taken;
  sign.waited = raw.writableLength > 0;
  if (socket.readyState === socket.OPEN) socket.ping();
}
