import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One answer of the fake: what it writes, in order. */
export interface FakeReply {
  /** HTTP status; default 200. Other than 200, `body` is sent as JSON. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Server-sent events: objects as JSON, strings as they are. */
  readonly events?: readonly (object | string)[];
  /** Keeps the stream open after the events, until the client goes away. */
  readonly hang?: boolean;
}

/** A request as it arrived. */
export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}

/** A running fake. */
export interface FakeServer {
  /** `http://127.0.0.1:<port>/v1` */
  readonly baseUrl: string;
  readonly requests: readonly FakeRequest[];
  /** Sockets opened so far. */
  readonly connections: number;
  /** Adds replies behind those that wait. */
  reply(...replies: readonly FakeReply[]): void;
  /** Resolves when the first request has arrived. */
  readonly asked: Promise<void>;
  /** Resolves when the client closes the socket of a reply that hangs. */
  readonly hungUp: Promise<void>;
  /** Breaks every open connection. */
  drop(): void;
  close(): Promise<void>;
}

/**
 * A model API over real HTTP on a free loopback port: gives the replies in order, the last one again when they run out, and
 * keeps every request. Knows nothing of protocols; `textReply` and `toolReply` speak OpenAI chat completions.
 */
export async function startFakeServer(...replies: readonly FakeReply[]): Promise<FakeServer> {
  const waiting = [...replies];
  const requests: FakeRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let hangUp = (): void => undefined;
  const hungUp = new Promise<void>((resolve) => {
    hangUp = resolve;
  });

  let arrive = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    arrive = resolve;
  });

  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      arrive();
      requests.push({
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body,
      });
      const reply = (waiting.length > 1 ? waiting.shift() : waiting[0]) ?? { status: 404, body: {} };
      if (reply.hang) response.once('close', hangUp);
      write(response, reply);
    });
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    get connections() {
      return connections;
    },
    asked,
    hungUp,
    reply(...more) {
      waiting.push(...more);
    },
    drop,
    async close() {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A chat completion that says a text, one event for each piece. */
export function textReply(...pieces: readonly string[]): FakeReply {
  return {
    events: [
      ...pieces.map((content) => chunk({ delta: { content } })),
      chunk({ delta: {}, finish_reason: 'stop' }),
      usageChunk,
      '[DONE]',
    ],
  };
}

/** A chat completion that asks for tools; the arguments of each call come in the given fragments. */
export function toolReply(
  ...calls: readonly { readonly id: string; readonly name: string; readonly fragments: readonly string[] }[]
): FakeReply {
  const starts = calls.map(({ id, name }, index) => ({
    index,
    id,
    type: 'function',
    function: { name, arguments: '' },
  }));
  const fragments = calls.flatMap((call, index) =>
    call.fragments.map((text) => ({ index, function: { arguments: text } })),
  );
  return {
    events: [
      ...[...starts, ...fragments].map((call) => chunk({ delta: { tool_calls: [call] } })),
      chunk({ delta: {}, finish_reason: 'tool_calls' }),
      usageChunk,
      '[DONE]',
    ],
  };
}

/** An error as OpenAI sends it. */
export function errorReply(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
  code: string | null = null,
): FakeReply {
  return { status, headers, body: { error: { message, type: 'fake_error', param: null, code } } };
}

/** One streamed chunk of a chat completion. */
export function chunk(choice: {
  readonly delta: Readonly<Record<string, unknown>>;
  readonly finish_reason?: string;
}): object {
  return { ...envelope, choices: [{ index: 0, finish_reason: null, ...choice }] };
}

const envelope = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'fake' };

const usageChunk = {
  ...envelope,
  choices: [],
  usage: {
    prompt_tokens: 20,
    completion_tokens: 7,
    total_tokens: 27,
    prompt_tokens_details: { cached_tokens: 8 },
    completion_tokens_details: { reasoning_tokens: 3 },
  },
};

function write(response: ServerResponse, reply: FakeReply): void {
  const { status = 200, headers = {}, events } = reply;
  if (events === undefined) {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(reply.body));
    return;
  }
  response.writeHead(status, { 'content-type': 'text/event-stream', ...headers });
  for (const event of events) response.write(typeof event === 'string' ? `data: ${event}\n\n` : sse(event));
  if (!reply.hang) response.end();
}

/** With an `event:` line for protocols whose events name their type (Anthropic). */
function sse(event: object): string {
  const type = (event as { type?: unknown }).type;
  return `${typeof type === 'string' ? `event: ${type}\n` : ''}data: ${JSON.stringify(event)}\n\n`;
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString('utf8');
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}
