import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { EngineEvent } from '../../core/event.ts';
import { eventText } from '../answers/event-text.ts';
import { batchWrites } from './batch-writes.ts';
import type { ServerFrame } from './frames.ts';

/** Bytes a client may leave unread before its socket is closed. */
const maxBuffered = 1024 * 1024;

/** Bytes after which events wait in the store instead. */
const comfortable = 128 * 1024;

/** Frames on their way to one client. */
export interface Outbox {
  /**
   * Sends a frame; a client that asks so much more than it reads that 1 MiB waits for it is closed with 1008. Nothing happens on a
   * closed socket.
   */
  send(frame: Exclude<ServerFrame, { readonly type: 'event' }>): void;
  /** Sends an event; a promise when the next one has to wait until there is room. */
  event(requestId: string, event: EngineEvent): Promise<void> | undefined;
}

/** Closes a socket with 1008 when more than 1 MiB waits for its client; whether it did. */
export function closeSlow(socket: WebSocket): boolean {
  if (socket.bufferedAmount <= maxBuffered) return false;
  socket.close(1008, 'slow_consumer');
  return true;
}

/** The outbox of a socket, which writes to a stream. */
export function createOutbox(socket: WebSocket, stream: Writable): Outbox {
  return {
    send(frame) {
      if (socket.readyState !== socket.OPEN) return;
      if (!closeSlow(socket)) socket.send(JSON.stringify({ v: 1, ...frame }));
    },
    event(requestId, event) {
      if (socket.readyState !== socket.OPEN) return undefined;
      const frame = `{"v":1,"type":"event","requestId":${JSON.stringify(requestId)},"event":${eventText(event)}}`;
      batchWrites(stream);
      if (socket.bufferedAmount <= comfortable) {
        socket.send(frame);
        return undefined;
      }
      // Called as well when the socket is lost.
      return new Promise((resolve) => socket.send(frame, () => resolve()));
    },
  };
}
