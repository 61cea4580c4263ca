import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { parseJson } from '../../engine/core/parse-json.ts';
import { errorOf, startWorld, type World } from './world.ts';

describe('a hostile client', () => {
  let world: World;
  /** One whose clients have little time. */
  let hasty: World;
  const sockets: Socket[] = [];
  before(async () => {
    world = await startWorld({ bodyBytes: 32 * 1024 * 1024, timeouts: { idleMs: 200 } });
    hasty = await startWorld({ timeouts: { headersMs: 400, requestMs: 800, idleMs: 200 } });
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  after(() => Promise.all([world.close(), hasty.close()]));

  const dial = ({ url }: World = world): Socket => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    return socket;
  };
  /** What comes back until the server closes the connection, or resets it. */
  const told = async (socket: Socket): Promise<string> => {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    await new Promise((resolve) => socket.once('close', resolve));
    return text;
  };
  const isServed = async (at = world): Promise<void> => {
    const statusOf = async (...asked: Parameters<World['send']>): Promise<number> => {
      const { status } = await at.send(...asked);
      // A busy machine may itself be too slow for a hasty one.
      return status === 408 && at === hasty ? statusOf(...asked) : status;
    };
    expect(await statusOf('GET', '/health')).to.equal(200);
    expect(await statusOf('POST', '/workflows/plain?wait=result', {})).to.equal(200);
  };

  it('that sends its headers slowly is cut off, and others are served', async () => {
    const slow = dial(hasty);
    slow.write('GET /agents HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    const dripping = setInterval(() => slow.write('a'), 50);
    const answer = told(slow);
    await isServed(hasty);
    expect(await answer).to.match(/^HTTP\/1\.1 408 [^]*"type":"timeout"/);
    clearInterval(dripping);
  });

  it('that sends its body slowly is cut off, and starts nothing', async () => {
    const before = (await hasty.engine.runs.list()).length;
    const slow = dial(hasty);
    slow.write(`POST /workflows/plain HTTP/1.1\r\n${json}Content-Length: 1000\r\n\r\n{`);
    const dripping = setInterval(() => slow.write(' '), 50);
    expect(await told(slow)).to.match(/^HTTP\/1\.1 408 /);
    clearInterval(dripping);
    expect((await hasty.engine.runs.list()).length).to.equal(before);
  });

  it('that opens 1,000 connections and says nothing is cut off, and others are served', async function () {
    this.timeout(120_000);
    const idle = Array.from({ length: 1_000 }, () => dial(hasty));
    const closed = Promise.all(idle.map((socket) => told(socket)));
    await Promise.all(
      idle.map(
        (socket) =>
          new Promise<void>((resolve) => void socket.on('connect', resolve).on('close', () => resolve())),
      ),
    );
    await isServed(hasty);
    await closed;
  });

  const cases: readonly [title: string, sent: string, answer: RegExp][] = [
    [
      'sends headers of 17 KB',
      `GET /agents HTTP/1.1\r\nHost: localhost\r\nX-Large: ${'x'.repeat(17_000)}\r\n\r\n`,
      /^HTTP\/1\.1 431 [^]*"type":"payload_too_large"/,
    ],
    [
      'gives two lengths of one body',
      `POST /workflows/plain HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /agents HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      /^HTTP\/1\.1 400 (?![^]*HTTP\/1\.1 2)[^]*"type":"invalid_request"/,
    ],
    [
      'gives its length twice',
      `POST /workflows/plain HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} `,
      /^HTTP\/1\.1 400 [^]*"type":"invalid_request"/,
    ],
    [
      'sends a bad chunk',
      `POST /workflows/plain HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`,
      /^HTTP\/1\.1 400 [^]*"type":"invalid_request"/,
    ],
    [
      'expects what is not known',
      'GET /agents HTTP/1.1\r\nHost: localhost\r\nExpect: the moon\r\n\r\n',
      /^HTTP\/1\.1 417 [^]*"type":"invalid_request"/,
    ],
    [
      'wants a proxy',
      'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n',
      /^HTTP\/1\.1 405 [^]*"type":"method_not_allowed"/,
    ],
    ['names no host', 'GET /agents HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 [^]*"type":"invalid_request"/],
    [
      'speaks no HTTP',
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc',
      /^HTTP\/1\.1 400 [^]*"type":"invalid_request"/,
    ],
  ];
  for (const [title, sent, answer] of cases) {
    it(`that ${title} is refused`, async () => {
      const socket = dial();
      socket.write(sent, 'latin1');
      const text = await told(socket);
      expect(text).to.match(answer);
      expect(text).to.include('X-Content-Type-Options: nosniff').and.include("default-src 'none'");
      await isServed();
    });
  }

  it('that sends no HTTP behind a request which is being answered gets no refusal into the answer', async () => {
    const body = JSON.stringify({ message: 'wait' });
    const head = `Accept: text/event-stream\r\nContent-Length: ${body.length}\r\n`;
    const socket = dial();
    const answer = told(socket);
    const begun = once(socket, 'data');
    socket.write(`POST /agents/echo/garbled HTTP/1.1\r\n${json}${head}\r\n${body}`);
    await begun;
    socket.write(`POST /agents/echo/behind HTTP/1.1\r\n${json}Content-Length: ${body.length}\r\n\r\n${body}`);
    socket.write('no HTTP at all\r\n\r\n');
    expect(await answer)
      .to.match(/^HTTP\/1\.1 200 OK/)
      .and.not.contain('HTTP/1.1 400');
    await isServed();
  });

  it('that sends many requests at once gets their answers in order', async () => {
    const socket = dial();
    const asked = ['/health', '/nope', '/agents'];
    socket.write(asked.map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''));
    expect(
      [...(await told(socket)).matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status),
    ).to.deep.equal(['200', '404', '200']);
  });

  it('that waits to be told to go on is told so', async () => {
    const socket = dial();
    socket.write(
      `POST /workflows/plain HTTP/1.1\r\n${json}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n`,
    );
    socket.once('data', () => socket.write('{}'));
    expect(await told(socket)).to.match(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 202 /);
  });

  it('that has said its last still gets its answer', async () => {
    const socket = dial();
    socket.end('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await told(socket)).to.match(/^HTTP\/1\.1 200 /);
  });

  it('cannot send what grows', async () => {
    const response = await fetch(`${world.url}/workflows/plain`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(Buffer.alloc(20_000_000, 0x20)),
    });
    expect(response.status).to.equal(415);
    expect(errorOf({ body: (await response.json()) as Record<string, unknown> })).to.deep.include({
      type: 'unsupported_media_type',
    });
  });

  const texts: readonly [title: string, text: () => string | Uint8Array, message: RegExp][] = [
    ['200,000 levels', () => '['.repeat(200_000) + ']'.repeat(200_000), /nested deeper than 200 levels/],
    ['200,000 levels that never close', () => '{"a":'.repeat(200_000), /nested deeper than 200 levels/],
    [
      '1,000,000 keys',
      () => `{${Array.from({ length: 1_000_000 }, (_, at) => `"k${at}":0`).join()}}`,
      /more than 100000 keys/,
    ],
    ['a key twice', () => '{"a":1,"b":{"c":":{[","c":2}}', /an object of the body has a key twice/],
    ['a key twice in another spelling', () => '{"a":1,"\\u0061":2}', /an object of the body has a key twice/],
    ['half a character', () => '{"a":"\\ud800"}', /not well-formed/],
    ['a number beyond all bounds', () => '[1e400]', /out of range/],
    ['bytes that are no UTF-8', () => new Uint8Array([0x22, 0xc3, 0x28, 0x22]), /not valid UTF-8/],
    ['a byte order mark', () => '\uFEFF{}', /not JSON/],
    ['a prototype', () => '{"__proto__":{"polluted":true}}', /a key named "__proto__"/],
  ];
  for (const [title, text, message] of texts) {
    it(`that sends ${title} is refused at once`, async () => {
      const body = text();
      const response = await fetch(`${world.url}/workflows/plain`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(body),
      });
      const { error } = (await response.json()) as { error: { type: string; message: string } };
      expect([response.status, error.type]).to.deep.equal([400, 'invalid_json']);
      expect(error.message).to.match(message);
      const bytes = Buffer.from(body);
      // The best of some: what else is at work costs processor time too.
      const times = Array.from({ length: 5 }, () => {
        const used = process.cpuUsage();
        expect(() => parseJson(bytes)).to.throw(message);
        return process.cpuUsage(used).user / 1_000;
      });
      expect(Math.min(...times), 'milliseconds of processor time').to.be.lessThan(100);
    });
  }

  it('that sends keys of prototypes changes none', async () => {
    const { status } = await world.send(
      'POST',
      '/workflows/plain?wait=result',
      '{"constructor":{"prototype":{"polluted":1}}}',
    );
    expect(status).to.equal(200);
    for (const query of ['__proto__=1', '__proto__[polluted]=1', 'constructor=1', 'a[1000000000]=1'])
      expect((await world.send('GET', `/runs?${query}`)).status).to.equal(400);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });
});

const json = 'Host: localhost\r\nContent-Type: application/json\r\n';
