import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { startWorld, type World } from './world.ts';

describe('a client that was refused and does not leave', () => {
  let world: World;
  const lines: Socket[] = [];
  const start = async (headersMs = 10_000): Promise<void> => {
    world = await startWorld({ timeouts: { headersMs } });
  };
  afterEach(async () => {
    for (const line of lines.splice(0)) line.destroy();
    await world.close();
  });

  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
  const refusals: readonly (readonly [string, string, number])[] = [
    ['what is no HTTP', '\x16\x03\x01\r\n\r\n', 400],
    ['half a request', 'GET / HT', 408],
    ['a proxy', 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n', 405],
    ['a socket without a key', `GET /agents/echo/1 HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n`, 400],
  ];
  for (const [title, sent, status] of refusals)
    it(`is cut off, and keeps nobody from stopping, when it asked for ${title}`, async () => {
      await start(status === 408 ? 200 : undefined);
      const line = connect({ port: Number(new URL(world.url).port), host: '127.0.0.1', allowHalfOpen: true });
      lines.push(line);
      line.write(sent, 'latin1');
      let answer = '';
      line.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
      while (!answer.includes('\r\n')) await once(line, 'data');
      expect(answer).to.match(new RegExp(`^HTTP/1.1 ${status} `));
      expect(world.log.at(-1)?.status).to.equal(status);

      await world.server.close();
    });

  it('holds up nobody with half a frame of a socket, and keeps nobody from stopping', async () => {
    await start();
    const line = connect({ port: Number(new URL(world.url).port), host: '127.0.0.1', allowHalfOpen: true });
    lines.push(line);
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
    line.write(`GET /agents/echo/1 HTTP/1.1\r\nHost: localhost\r\n${upgrade}${key}\r\n`);
    let heard = '';
    line.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
    while (!heard.includes('"ready"')) await once(line, 'data');
    // A text of 126 bytes or more, of which only the length comes and four bytes of its mask.
    line.write(Buffer.from([0x81, 0xfe, 0x01, 0x00, 1, 2, 3, 4, 5]));
    expect((await world.send('POST', '/agents/echo/2', { message: 'Hi' })).status).to.equal(200);
    const gone = once(line, 'close');
    await world.server.close();
    line.end();
    await gone;
  });
});
