import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  createClient,
  isProblem,
  type ClientOptions,
  type ClientProblem,
  type EngineEvent,
} from '../../engine/client/index.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

describe('what goes wrong around the client', () => {
  let server: Server;
  let baseUrl: string;
  let answers: Answer[];
  let asked: string[];
  let sockets: WebSocketServer;
  let onSocket: (socket: WebSocket, request: IncomingMessage) => void;

  beforeEach(async () => {
    [answers, asked] = [[], []];
    onSocket = (socket) => socket.send('{"type":"ready"}');
    server = createServer((request, response) => {
      request.resume();
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      // The last one goes on.
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(request, response);
    });
    sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket, request) => onSocket(socket, request));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const client = (options: Partial<ClientOptions> = {}) =>
    createClient({ baseUrl, retry: { baseMs: 1 }, ...options });

  it('a server that takes a request for a stream and says nothing is asked again', async () => {
    let isSilent = true;
    const answer: Answer = (request, response) => {
      if (request.headers['last-event-id'] === '0')
        return events('retry: 1\n\n', event(1, 'run_start'))(request, response);
      if (!isSilent) return events(event(2, 'run_end'))(request, response);
      isSilent = false;
    };
    answers = [answer];
    const seen = await all(client({ silenceMs: 200 }).runs.stream('r'));
    expect(seen.map(({ index }) => index)).to.deep.equal([1, 2]);
    expect(isSilent).to.equal(false);
  });

  it('a message that was streamed to such a server is sent again only with a key', async () => {
    const own = client({ silenceMs: 200 });
    answers = [() => undefined];
    const problem = await problemOf(all(own.agents.stream('a', 'i', { message: 'Hi' })));
    expect(problem).to.deep.include({ code: 'server_unreachable' });
    expect(problem?.message).to.equal('nothing was heard of the server for 200 ms');
    // A busy machine may not have come to it.
    expect(asked).to.have.length.at.most(1);
    asked.length = 0;
    answers = [() => undefined, events(event(1, 'submission_end'))];
    const key = { idempotencyKey: 'k' };
    expect(await all(own.agents.stream('a', 'i', { message: 'Hi' }, key))).to.have.length(1);
    expect(asked).to.have.length.at.least(2);
  });

  it('a stream of something that is no engine is refused at once', async () => {
    const page: Answer = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
    answers = [page];
    const streams = [
      client().runs.stream('r'),
      client().agents.stream('a', 'i', { message: 'Hi' }),
      client().workflows.stream('w'),
    ];
    for (const stream of streams) {
      const problem = await problemOf(all(stream));
      expect(problem).to.deep.include({ code: 'server_unreachable', retryable: false });
      expect(problem?.message).to.equal(`what answers at "${baseUrl}" is no engine; look at the address`);
    }
    expect(asked).to.have.length(3);
  });

  it('a stream without a token from the start fails at once; one that ends meanwhile may come back', async () => {
    let count = 0;
    const none = client({
      token() {
        count += 1;
        throw new Error('nobody is signed in');
      },
    });
    const problem = await problemOf(all(none.runs.stream('r')));
    expect(problem).to.deep.include({ code: 'unauthorized' });
    expect([count, asked.length]).to.deep.equal([1, 0]);

    answers = [events('retry: 1\n\n', event(1, 'run_start')), unauthorized, events(event(2, 'run_end'))];
    const tokens = ['token-1', undefined, 'token-2'];
    const own = client({
      token() {
        const token = tokens.shift();
        if (token === undefined) throw new Error('no network');
        return token;
      },
    });
    const seen = await all(own.runs.stream('r'));
    expect(seen.map(({ index }) => index)).to.deep.equal([1, 2]);
    expect(tokens).to.deep.equal([]);
  });

  it('times without end, and longer than a timer can wait, never end anything', async () => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error): unknown => warnings.push(name);
    process.on('warning', onWarning);
    try {
      for (const never of [Infinity, 2 ** 31]) {
        const own = client({ timeoutMs: never, silenceMs: never, retry: false });
        asked = [];
        // A timer that fires at once has fired before these do.
        answers = [
          (_request, response) => setTimeout(() => response.end('{"status":"ok"}'), 2),
          (request, response) =>
            setTimeout(() => {
              events(event(1, 'run_start'))(request, response);
              setTimeout(() => response.write(event(2, 'run_end')), 2);
            }, 2),
        ];
        expect(await own.health()).to.deep.equal({ status: 'ok' });
        expect(await all(own.runs.stream('r', { timeoutMs: never }))).to.have.length(2);
        expect(asked).to.have.length(2);
        (await own.agents.connect('a', 'i')).close();
      }
    } finally {
      process.off('warning', onWarning);
    }
    expect(warnings.filter((name) => name.startsWith('Timeout'))).to.deep.equal([]);
  });

  it('calls and streams without a signal need no AbortSignal.any', async () => {
    const any = Object.getOwnPropertyDescriptor(AbortSignal, 'any') ?? {};
    Reflect.deleteProperty(AbortSignal, 'any');
    try {
      answers = [events(event(1, 'run_start'), event(2, 'run_end'))];
      expect(await all(client().runs.stream('r'))).to.have.length(2);
      answers = [(_request, response) => response.end('{"status":"ok"}')];
      expect(await client().health()).to.deep.equal({ status: 'ok' });
    } finally {
      Object.defineProperty(AbortSignal, 'any', any);
    }
  });

  it('the signal of a caller ends a stream that has begun, and a call that has not', async () => {
    answers = [events(event(1, 'run_start'))];
    const abort = new AbortController();
    let count = 0;
    const follows = async (): Promise<void> => {
      for await (const { index } of client().runs.stream('r', { signal: abort.signal })) {
        count += index;
        abort.abort();
      }
    };
    expect((await problemOf(follows()))?.code).to.equal('aborted');
    expect(count).to.equal(1);
    expect((await problemOf(client().health({ signal: abort.signal })))?.code).to.equal('aborted');
  });

  it('a stream ends when its time is over', async () => {
    answers = [events(event(1, 'run_start'))];
    const problem = await problemOf(all(client().runs.stream('r', { timeoutMs: 80 })));
    expect(problem).to.deep.include({ code: 'timeout', message: 'no answer within 80 ms' });
    answers = [() => undefined];
    const late = await problemOf(all(client().workflows.stream('w', {}, { timeoutMs: 80 })));
    expect(late?.code).to.equal('timeout');
    answers = [() => undefined];
    const lines = client().sessions.export('a', 'i', 's', { timeoutMs: 80 });
    expect((await problemOf(all(lines)))?.code).to.equal('timeout');
  });

  it('what cannot be sent is refused at once, and not said of the server', async () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    const given = { message: 'Hi', input: loop as never };
    const wrong = [
      client().agents.invoke('a', 'i', given, { idempotencyKey: 'k' }),
      client().agents.invoke('a', 'i', { message: 'Hi' }, { idempotencyKey: 'a\nb' }),
      client().agents.invoke('a', 'i', { message: 'Hi' }, { idempotencyKey: 'ключ' }),
      client({ headers: { 'x-name': 'ключ' } }).health(),
      client({ token: 'ключ' }).health(),
      client({ token: 'ключ' }).agents.connect('a', 'i'),
    ];
    for (const call of wrong) {
      const problem = await problemOf(call);
      expect(isProblem(problem, 'invalid_request'), String(problem)).to.equal(true);
    }
    expect(asked).to.deep.equal([]);
  });

  it('a header that cannot be made is told as that, over sockets too', async () => {
    const own = client({ headers: () => Promise.reject(new Error('no clock')) });
    const problem = await problemOf(own.health());
    expect(problem).to.deep.include({ code: 'invalid_request', message: 'there are no headers: no clock' });
    expect(asked).to.deep.equal([]);
  });

  it('an address that is none is refused when the client is made', () => {
    for (const wrong of ['localhost:8000', '', 'ws://127.0.0.1:8000', 'http://', '127.0.0.1'])
      expect(() => createClient({ baseUrl: wrong }), wrong)
        .to.throw(wrong === 'http://' ? 'is no address' : 'is no address of a server')
        .with.property('code', 'invalid_request');
  });

  it('an empty address in a page is the origin of the page, as "/" is', async () => {
    const page = globalThis as { location?: { readonly href: string } };
    Object.defineProperty(page, 'location', {
      value: { href: `${baseUrl}/app/index.html?tab=1#top` },
      configurable: true,
    });
    answers = [(_request, response) => response.end('{"status":"ok"}')];
    let clients;
    try {
      clients = ['', '/', '/engine'].map((address) => createClient({ baseUrl: address }));
    } finally {
      delete page.location;
    }
    for (const own of clients) await own.health();
    expect(asked).to.deep.equal(['GET /health', 'GET /health', 'GET /engine/health']);
  });

  it('a name that no URL can carry rejects the call, and throws nothing beside it', async () => {
    const own = client();
    const calls: (() => Promise<unknown>)[] = [
      () => own.agents.get(''),
      () => own.agents.invoke('a', '..', { message: 'Hi' }),
      () => own.agents.dispatch('a', '', { message: 'Hi' }),
      () => own.agents.skill('a', 'i', ''),
      () => own.agents.task('a', '', { prompt: 'Do' }),
      () => own.agents.instances(''),
      () => own.agents.delete('a', ''),
      () => own.agents.connect('a', ''),
      () => own.sessions.list('a', ''),
      () => own.sessions.messages('a', ''),
      () => own.sessions.entries('a', ''),
      () => own.sessions.create('a', 'i', ''),
      () => own.sessions.delete('a', 'i', ''),
      () => own.sessions.fork('a', 'i', '', { session: 's' }),
      () => own.sessions.compact('a', 'i', ''),
      () => own.files.list('a', ''),
      () => own.files.read('a', '', 'f'),
      () => own.submissions.get(''),
      () => own.submissions.events(''),
      () => own.workflows.get(''),
      () => own.workflows.invoke(''),
      () => own.workflows.connect(''),
      () => own.runs.get(''),
      () => own.runs.events(''),
      () => own.runs.redrive(''),
      () => own.runs.resume(''),
      () => own.runs.fork('', 's'),
      () => own.runs.why('', 's'),
      () => own.schedules.trigger(''),
      () => own.callbacks.get(''),
      () => own.callbacks.redeliver(''),
    ];
    for (const call of calls) {
      let promise: Promise<unknown> | undefined;
      expect(() => (promise = call()), String(call)).not.to.throw();
      const problem = await problemOf(promise ?? Promise.resolve());
      expect(problem?.code, String(call)).to.equal('invalid_request');
    }
    expect(asked).to.deep.equal([]);
  });

  it('a socket of something that is no engine fails, and harms nothing else', async () => {
    for (const said of ['hello', '[1', Buffer.from([0xff, 0xfe])]) {
      onSocket = (socket) => socket.send(said);
      const problem = await problemOf(client().agents.connect('a', 'i'));
      expect(problem).to.deep.include({ code: 'server_unreachable', retryable: false });
      expect(problem?.message).to.contain('is no engine; look at the address');
    }
    onSocket = (socket) => {
      socket.send('{"type":"ready"}');
      socket.on('message', () => socket.send('<html>'));
    };
    const connection = await client().agents.connect('a', 'i');
    expect((await problemOf(connection.prompt('Hi')))?.code).to.equal('server_unreachable');
  });

  it('a token that expired while the server was away is renewed when it is back', async () => {
    let isAway = false;
    const tokens: string[] = [];
    onSocket = (socket, { headers }) => {
      const [, token = ''] = (headers['sec-websocket-protocol'] ?? '').split('bearer.');
      tokens.push(Buffer.from(token, 'base64url').toString());
      if (isAway && tokens.length < 4) return socket.terminate();
      if (isAway && tokens.at(-1) === 'token-1') return socket.close(4401, 'the token has expired');
      socket.send('{"type":"ready"}');
      socket.on('message', (data: Buffer) => {
        const { requestId } = JSON.parse(data.toString()) as { requestId: string };
        if (isAway) return socket.send(JSON.stringify({ type: 'result', requestId, result: { text: 'Hi' } }));
        isAway = true;
        socket.terminate();
      });
    };
    const own = client({ token: () => (tokens.length < 4 ? 'token-1' : 'token-2') });
    const connection = await own.agents.connect('a', 'i');
    expect((await connection.prompt('Hi')).text).to.equal('Hi');
    connection.close();
    expect(tokens.at(-1)).to.equal('token-2');
  });
});

/** An answer that goes on, beginning with these texts. */
function events(...texts: readonly string[]): Answer {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', location: '/submissions/s' });
    response.write(texts.join(''));
    if (texts.some((text) => text.startsWith('retry'))) response.end();
  };
}

function unauthorized(_request: IncomingMessage, response: ServerResponse): void {
  response
    .writeHead(401, { 'content-type': 'application/json' })
    .end('{"error":{"type":"unauthorized","message":"the token has expired","ref":"err_1"}}');
}

function event(index: number, type: EngineEvent['type']): string {
  return `data: ${JSON.stringify({ index, type, data: { state: 'succeeded' } })}\n\n`;
}

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of list) found.push(one);
  return found;
}

async function problemOf(work: Promise<unknown>): Promise<ClientProblem | undefined> {
  return work.then(
    () => undefined,
    (thrown: unknown) => thrown as ClientProblem,
  );
}
