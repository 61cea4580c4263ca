import { WebSocket } from 'ws';

/** What to listen to. */
export interface Listening {
  readonly url: string;
  readonly sockets: number;
  /** Events that each socket waits for. */
  readonly events: number;
}

/** What listeners tell: that all have asked, then how many milliseconds each event was under way. */
export type Received =
  { readonly type: 'ready' } | { readonly type: 'done'; readonly latencies: readonly number[] };

/** The process of the sockets: opens all of them, has each ask, and waits for their events, which must come in order. */
process.once('message', (message) => {
  void listen(message as Listening & { readonly ask: object });
});

async function listen({ url, sockets, events, ask }: Listening & { readonly ask: object }): Promise<void> {
  const latencies: number[] = [];
  let asked = 0;
  let done = 0;
  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      let count = 0;
      socket.on('open', () => socket.send(JSON.stringify(ask)));
      socket.on('error', reject);
      socket.on('message', (data: Buffer) => {
        const now = Date.now();
        const frame = JSON.parse(data.toString()) as {
          readonly type: string;
          readonly event?: { readonly type: string; readonly timestamp: string };
        };
        if (frame.type === 'started') {
          asked += 1;
          resolve();
          if (asked === sockets) setTimeout(() => process.send?.({ type: 'ready' }), 200);
        }
        if (frame.event?.type !== 'text_delta') return;
        latencies.push(now - Date.parse(frame.event.timestamp));
        count += 1;
        if (count === events) done += 1;
        if (done === sockets && count === events) process.send?.({ type: 'done', latencies });
      });
    });
  for (let count = 0; count < sockets; count += 50)
    await Promise.all(Array.from({ length: Math.min(50, sockets - count) }, open));
}
