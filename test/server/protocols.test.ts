import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { startWorld, type World } from './world.ts';

describe('a request that offers another protocol', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());

  /** What comes back for bytes, until the other side has no more to say. */
  const told = async (pieces: readonly string[], isOver: (text: string) => boolean): Promise<string> => {
    const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
    let text = '';
    // A server that closes the line while something is on its way to it resets it.
    socket.on('error', () => undefined);
    const over = new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        if (isOver(text)) resolve();
      });
      socket.once('close', () => resolve());
    });
    for (const piece of pieces) {
      socket.write(piece);
      await new Promise(setImmediate);
    }
    await over;
    socket.destroy();
    return text;
  };
  const request = (line: string, ...headers: readonly string[]): string =>
    [`${line} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n');
  const http2 = [
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
  ];

  it('is answered in HTTP, whatever else it offers, and so is what comes behind it', async () => {
    const body = ['Content-Type: application/json', 'Content-Length: 2'];
    const text = await told(
      [
        request('POST /workflows/plain?wait=result', ...http2, ...body),
        '{',
        `}${request('GET /health', ...http2)}`,
        request('GET /agents', 'Upgrade: moon', 'Connection: upgrade, close'),
      ],
      () => false,
    );
    expect(text.match(/HTTP\/1\.1 \d+ \w+/g)).to.deep.equal(Array(3).fill('HTTP/1.1 200 OK'));
    expect(text).to.include('"output":1').and.include('{"status":"ok"}').and.include('"agents":[');
  });

  it('is held to the same rules', async () => {
    const evil = request('GET /agents', ...http2).replace('localhost', 'evil.example');
    expect(await told([evil], (text) => text.includes('"ref"'))).to.match(/^HTTP\/1\.1 403 /);
  });

  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  const version = 'Sec-WebSocket-Version: 13';
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket'];
  const handshakes: readonly [title: string, sent: string, answer: RegExp][] = [
    [
      'by another method',
      request('POST /agents/echo/x', ...upgrade, key, version),
      /^HTTP\/1\.1 405 [^]*Allow: GET[^]*opened with GET, not with POST/,
    ],
    [
      'in another version',
      request('GET /agents/echo/x', ...upgrade, key, 'Sec-WebSocket-Version: 99'),
      /^HTTP\/1\.1 426 [^]*Sec-WebSocket-Version: 13\r\n[^]*version \\"99\\" of WebSocket is not spoken here; use 13/,
    ],
    [
      'without a version',
      request('GET /agents/echo/x', ...upgrade, key),
      /^HTTP\/1\.1 426 [^]*\\"Sec-WebSocket-Version: 13\\" is missing/,
    ],
    [
      'without a key',
      request('GET /agents/echo/x', ...upgrade, version),
      /^HTTP\/1\.1 400 [^]*must be 16 bytes in base64/,
    ],
    [
      'without a host',
      request('GET /agents/echo/x', ...upgrade, key, version).replace('Host: localhost\r\n', ''),
      /^HTTP\/1\.1 400 [^]*names no host/,
    ],
    [
      'with a key that is too short',
      request('GET /agents/echo/x', ...upgrade, version, 'Sec-WebSocket-Key: abc'),
      /^HTTP\/1\.1 400 [^]*must be 16 bytes in base64/,
    ],
  ];
  for (const [title, sent, answer] of handshakes)
    it(`a WebSocket that is asked for ${title} is told what is wrong`, async () => {
      const text = await told([sent], () => false);
      expect(text).to.match(answer).and.include('"type":').and.include('X-Content-Type-Options: nosniff');
    });

  it('two names of the host at once are refused, for sockets too', async () => {
    const more = 'Host: evil.example';
    for (const sent of [
      request('GET /agents', more),
      request('GET /agents/echo/x', more, ...upgrade, key, version),
    ])
      expect(await told([sent], (text) => text.includes('"ref"'))).to.match(
        /^HTTP\/1\.1 400 [^]*more than one header \\"Host\\"/,
      );
  });

  it('a header that says one thing may not come twice', async () => {
    for (const header of ['Content-Type: application/json', 'Idempotency-Key: a', 'Origin: null']) {
      const sent = request('POST /workflows/plain', header, header.replace(/: .*/, ': b'));
      expect(await told([sent], (text) => text.includes('"ref"'))).to.match(
        /^HTTP\/1\.1 400 [^]*more than one header/,
      );
    }
  });

  it('a program that names no host, as HTTP/1.0 lets it, is told that the server lives', async () => {
    const text = await told(['GET /health HTTP/1.0\r\n\r\n'], () => false);
    expect(text).to.match(/^HTTP\/1\.1 200 /);
  });

  it('a body in another transfer encoding than chunks is refused', async () => {
    const headers = ['Content-Type: application/json', 'Transfer-Encoding: gzip, chunked'];
    const sent = `${request('POST /workflows/plain', ...headers)}2\r\n{}\r\n0\r\n\r\n`;
    expect(await told([sent], (text) => text.includes('"ref"'))).to.match(
      /^HTTP\/1\.1 415 [^]*expected \\"chunked\\"/,
    );
  });

  it('a body that breaks off starts nothing, and is no fault of the server', async () => {
    const runs = (await world.engine.runs.list()).length;
    const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
    await once(socket, 'connect');
    const seen = world.log.length;
    const headers = ['Content-Type: application/json', 'Content-Length: 9', 'Expect: 100-continue'];
    socket.write(`${request('POST /workflows/plain', ...headers)}{`);
    // The server reads when it says that more may come.
    await once(socket, 'data');
    socket.resetAndDestroy();
    while (world.log.length === seen) await new Promise(setImmediate);
    const [entry] = world.log.slice(seen);
    expect([entry?.status, entry?.type, entry?.level]).to.deep.equal([400, 'invalid_request', 'info']);
    expect((await world.engine.runs.list()).length).to.equal(runs);
  });
});
