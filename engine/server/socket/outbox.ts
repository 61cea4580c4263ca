import type { WebSocket } from 'ws';
import type { ServerFrame } from './frames.ts';

/** Bytes a client may leave unread before its socket is closed. */
const maxBuffered = 4 * 1024 * 1024;

/** Bytes after which frames that can wait do wait. */
const comfortable = 256 * 1024;

/** Frames on their way to one client. */
export interface Outbox {
  /** Sends a frame; a client that leaves more than 4 MiB unread is closed with 1008. Nothing happens on a closed socket. */
  send(frame: ServerFrame): void;
  /** The same, resolving when there is room for the next frame. */
  sendInTurn(frame: ServerFrame): Promise<void>;
}

/** The outbox of a socket. */
export function createOutbox(socket: WebSocket): Outbox {
  const write = (frame: ServerFrame, sent?: () => void): void => {
    if (socket.readyState !== socket.OPEN) return sent?.();
    if (socket.bufferedAmount > maxBuffered) {
      socket.close(1008, 'slow consumer');
      return sent?.();
    }
    socket.send(JSON.stringify({ v: 1, ...frame }), () => sent?.());
  };
  return {
    send: (frame) => write(frame),
    sendInTurn(frame) {
      if (socket.bufferedAmount <= comfortable) {
        write(frame);
        return Promise.resolve();
      }
      return new Promise((resolve) => write(frame, resolve));
    },
  };
}
