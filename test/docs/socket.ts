import { WebSocket } from 'ws';
import { fits } from './expectation.ts';

/**
 * Plays a conversation over a WebSocket: `> ` lines are sent, and for each `< ` line a frame must come that fits it; other
 * frames in between are passed over. Throws when the wanted frame does not come.
 */
export async function playSocket(url: string, conversation: string): Promise<void> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'));
  const frames: string[] = [];
  let wake: () => void = () => undefined;
  let closed = false;
  socket.on('message', (data: Buffer) => {
    frames.push(data.toString('utf8'));
    wake();
  });
  socket.on('close', () => {
    closed = true;
    wake();
  });
  socket.on('error', () => undefined);
  try {
    for (const line of conversation.trim().split('\n')) {
      if (line.startsWith('> ')) socket.send(line.slice(2));
      else await comes(line.slice(2));
    }
  } finally {
    socket.close();
  }

  async function comes(shown: string): Promise<void> {
    const passed: string[] = [];
    for (;;) {
      const frame = frames.shift();
      if (frame !== undefined) {
        if (fits(frame, shown)) return;
        passed.push(frame);
        // Only events may come in between.
        if (!frame.startsWith('{"v":1,"type":"event"'))
          throw new Error(`wanted ${shown}\ngot ${passed.join('\n')}`);
      } else if (closed) throw new Error(`the socket was closed; wanted ${shown}\ngot ${passed.join('\n')}`);
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
}
