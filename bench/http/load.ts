import { Agent, request } from 'node:http';
import { WebSocket } from 'ws';
import { answerMessages } from './processes.ts';

/** What a load is asked to send: requests for some seconds, so many at a time, or one prompt over each of so many sockets. */
export type LoadAsked =
  RequestsAsked | { readonly url: string; readonly sockets: number } | { readonly prompt: true };

interface RequestsAsked {
  readonly url: string;
  readonly kind: 'json' | 'events' | 'dispatch';
  readonly concurrency: number;
  readonly seconds: number;
}

/** What was seen: milliseconds of each answer that counts, and how many there were in all. */
export interface Seen {
  readonly latencies: readonly number[];
  readonly answers: number;
}

// The process of the load. Sockets stay open between two messages, so that the server can be looked at.
let open: readonly WebSocket[] = [];
answerMessages(async (asked: LoadAsked): Promise<Seen> => {
  if ('prompt' in asked) return promptAll(open);
  if ('kind' in asked) return sendRequests(asked);
  open = await openSockets(asked.url, asked.sockets);
  return { latencies: [], answers: 0 };
});

const body = JSON.stringify({ message: 'Good morning, what is new today?' });

/** As many requests at once as asked, one after another each; the first half second is not counted. */
async function sendRequests({ url, kind, concurrency, seconds }: RequestsAsked): Promise<Seen> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const latencies: number[] = [];
  const begin = performance.now() + 500;
  const end = begin + seconds * 1000;
  let count = 0;
  const lane = async (_: unknown, index: number): Promise<void> => {
    for (let start = performance.now(); start < end; start = performance.now()) {
      count += 1;
      // Prompts go to new conversations, dispatches to a few busy ones.
      const path = kind === 'dispatch' ? `busy/${index % 16}/dispatch` : `echo/${process.pid}-${count}`;
      await post(`${url}/agents/${path}`, kind, agent);
      if (start >= begin) latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  agent.destroy();
  return { latencies, answers: count };
}

function post(url: string, kind: RequestsAsked['kind'], agent: Agent): Promise<void> {
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    Accept: kind === 'events' ? 'text/event-stream' : 'application/json',
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === (kind === 'dispatch' ? 202 : 200)) resolve();
        else reject(new Error(`status ${String(response.statusCode)}`));
      });
    });
    outgoing.on('error', reject).end(body);
  });
}

async function openSockets(url: string, count: number): Promise<readonly WebSocket[]> {
  const sockets: WebSocket[] = [];
  const openOne = (_: unknown, index: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(
        `${url.replace('http', 'ws')}/agents/echo/s${process.pid}-${sockets.length + index}`,
      );
      sockets.push(socket);
      socket.on('open', resolve).on('error', reject);
    });
  while (sockets.length < count)
    await Promise.all(Array.from({ length: Math.min(50, count - sockets.length) }, openOne));
  return sockets;
}

/** All at once, and every one has to be answered. */
async function promptAll(sockets: readonly WebSocket[]): Promise<Seen> {
  const latencies = await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<number>((resolve, reject) => {
          const start = performance.now();
          socket.on('close', () => reject(new Error('a socket was closed')));
          socket.on('message', (data: Buffer) => {
            const { type } = JSON.parse(data.toString()) as { type: string };
            if (type === 'error') reject(new Error(data.toString()));
            if (type === 'result') resolve(performance.now() - start);
          });
          socket.send(JSON.stringify({ v: 1, type: 'prompt', requestId: '1', message: 'Good morning.' }));
        }),
    ),
  );
  return { latencies, answers: latencies.length };
}
