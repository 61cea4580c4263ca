import { WebSocket } from 'ws';

export type Frame = Record<string, unknown>;

/** A socket, its frames in order. */
export interface Talk {
  readonly socket: WebSocket;
  send(frame: unknown): void;
  /** The next frame that holds. */
  next(holds?: (frame: Frame) => boolean): Promise<Frame>;
  readonly closed: Promise<[number, string]>;
}

/** Opens a socket; what is sent early waits until it is open. */
export function openTalk(url: string, path: string, headers: Record<string, string> = {}): Talk {
  const socket = new WebSocket(url.replace('http', 'ws') + path, { headers });
  const frames: Frame[] = [];
  const early: unknown[] = [];
  let wake: () => void = () => undefined;
  socket.on('message', (data: Buffer) => {
    frames.push(JSON.parse(data.toString()) as Frame);
    wake();
  });
  socket.on('open', () => {
    for (const frame of early) talk.send(frame);
  });
  const talk: Talk = {
    socket,
    closed: new Promise((resolve, reject) => {
      socket.on('close', (code, reason) => resolve([code, reason.toString()]));
      socket.on('error', reject);
    }),
    send(frame) {
      if (socket.readyState === WebSocket.CONNECTING) early.push(frame);
      else socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
    },
    async next(holds = () => true) {
      for (;;) {
        const frame = frames.shift();
        if (frame === undefined) await new Promise<void>((resolve) => (wake = resolve));
        else if (holds(frame)) return frame;
      }
    },
  };
  talk.closed.catch(() => undefined);
  return talk;
}
