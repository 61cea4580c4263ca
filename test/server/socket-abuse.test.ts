import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { limitFrames } from '../../engine/server/socket/frame-rate.ts';
import { createOutbox } from '../../engine/server/socket/outbox.ts';
import { createPulse, type Pulse } from '../../engine/server/socket/pulse.ts';
import { openTalk } from './talk.ts';
import { errorOf, startWorld, type World } from './world.ts';

describe('a socket that is misused', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.close());

  it('is given no compression, and is closed when it compresses all the same', async () => {
    const raw = await rawSocket('Sec-WebSocket-Extensions: permessage-deflate\r\n');
    expect(raw.head.toLowerCase()).to.not.include('permessage-deflate');
    raw.socket.write(frame(0xc1, Buffer.from('bomb')));
    expect(await raw.closeCode()).to.equal(1002);
    await stillServed();
  });

  it('is closed when a message comes in pieces without end', async () => {
    const raw = await rawSocket();
    raw.socket.write(frame(0x01, Buffer.from('{')));
    const piece = Buffer.concat(Array.from({ length: 2_000 }, () => frame(0x00, Buffer.from(' '))));
    raw.socket.write(piece);
    expect(await raw.closeCode()).to.be.oneOf([1008, 1009]);
    await stillServed();
  });

  it('is closed when the pieces of a message are more than a mebibyte', async () => {
    const raw = await rawSocket();
    raw.socket.write(frame(0x01, Buffer.alloc(60_000, 'x')));
    for (let count = 0; count < 20; count += 1) raw.socket.write(frame(0x00, Buffer.alloc(60_000, 'x')));
    expect(await raw.closeCode()).to.equal(1009);
    await stillServed();
  });

  it('is read no faster than it may send, and still gets its answers', async () => {
    const talk = openTalk(world.url, '/agents/echo/one');
    await talk.next();
    const begin = performance.now();
    let pongs = 0;
    // What has arrived in one piece, up to 64 KiB, is read in one go, and how long to wait is known with its first frame: two pieces beyond the
    // thousand that are free may cost no wait yet, wherever they begin.
    const sent = 1_650;
    for (let count = 0; count < sent; count += 1)
      talk.send({ v: 1, type: 'ping', requestId: 'x'.repeat(190) });
    talk.send({ v: 1, type: 'ping', requestId: 'last' });
    while ((await talk.next())['requestId'] !== 'last') pongs += 1;
    expect(pongs).to.equal(sent);
    expect(performance.now() - begin).to.be.greaterThan(100);
    await stillServed();
    talk.socket.close();
  });

  it('is closed when it sends ten thousand pings, and nobody else is', async () => {
    const talk = openTalk(world.url, '/agents/echo/one');
    await talk.next();
    for (let count = 0; count < 10_000; count += 1) talk.socket.ping();
    for (let count = 0; count < 5; count += 1) await stillServed();
    expect(await talk.closed).to.deep.equal([1008, 'too many pings']);
  });

  it('may send hundreds of pings at once, and gets as many pongs', async () => {
    const talk = openTalk(world.url, '/agents/echo/one');
    await talk.next();
    let pongs = 0;
    const all = new Promise<void>((resolve) =>
      talk.socket.on('pong', () => {
        pongs += 1;
        if (pongs === 500) resolve();
      }),
    );
    for (let count = 0; count < 500; count += 1) talk.socket.ping();
    await all;
    talk.socket.close();
    expect((await talk.closed)[0]).to.equal(1005);
  });

  it('is closed when so many answers wait for it that a mebibyte is full', async () => {
    const { at, sockets, close } = await bareServer();
    const opened = new Promise<WebSocket>((resolve) =>
      sockets.on('connection', (socket, { socket: raw }) => {
        const outbox = createOutbox(socket, raw);
        const error = { type: 'not_found', message: 'x'.repeat(100_000), ref: 'err' };
        for (let count = 0; count < 200; count += 1) outbox.send({ type: 'error', error });
        resolve(socket);
      }),
    );
    const client = new WebSocket(at);
    await new Promise<void>((resolve) => client.on('open', () => resolve(client.pause())));
    expect((await opened).readyState).to.equal(WebSocket.CLOSING);
    client.resume();
    const [code, reason] = await new Promise<[number, string]>((resolve) =>
      client.on('close', (...why) => resolve([why[0], why[1].toString()])),
    );
    expect([code, reason]).to.deep.equal([1008, 'slow_consumer']);
    await close();
  });

  it('is closed when it pings and reads so little that a mebibyte waits for it', async () => {
    const { at, sockets, close } = await bareServer();
    const asked: number[] = [];
    const closing = new Promise<WebSocket>((resolve) =>
      sockets.on('connection', (socket) => {
        limitFrames(socket);
        socket.on('ping', () => {
          asked.push(socket.bufferedAmount);
          if (socket.readyState !== socket.OPEN) return resolve(socket);
          // More than the system takes of what nobody reads.
          socket.send(Buffer.alloc(8 * 1024 * 1024));
        });
      }),
    );
    const client = new WebSocket(at);
    await new Promise<void>((resolve) => client.on('open', () => resolve(client.pause())));
    const pinging = setInterval(() => client.ping('x'.repeat(125)), 10);
    expect((await closing).readyState).to.equal(WebSocket.CLOSING);
    clearInterval(pinging);
    expect(asked[0]).to.be.lessThan(1024);
    expect(asked.at(-1)).to.be.greaterThan(1024 * 1024);
    expect(asked.length).to.be.lessThan(10);
    client.resume();
    const why = await new Promise<unknown>((resolve) =>
      client.on('close', (code, reason) => resolve([code, reason.toString()])),
    );
    expect(why).to.deep.equal([1008, 'slow_consumer']);
    await close();
  });

  it('may have 64 requests at work and no more, and what is over is refused alone', async () => {
    const talk = openTalk(world.url, '/agents/echo/one');
    await talk.next();
    for (let count = 1; count <= 65; count += 1)
      talk.send({ v: 1, type: 'prompt', requestId: `r${count}`, message: 'wait', session: `s${count}` });
    const refused = await talk.next(({ type }) => type === 'error');
    expect(refused['requestId']).to.equal('r65');
    expect(errorOf({ body: refused })).to.deep.include({ type: 'too_many_requests' });
    world.open();
    const answered = new Set<unknown>();
    while (answered.size < 64) answered.add((await talk.next(({ type }) => type === 'result'))['requestId']);
    talk.socket.close();
  });

  it('does two prompts of one session one after the other', async () => {
    const talk = openTalk(world.url, '/agents/echo/one');
    talk.send({ v: 1, type: 'prompt', requestId: 'a', message: 'wait' });
    await world.reached;
    talk.send({ v: 1, type: 'prompt', requestId: 'b', message: 'Hi' });
    const { submissionId } = await talk.next(
      ({ type, requestId }) => type === 'started' && requestId === 'b',
    );
    expect(await world.engine.submissions.get(String(submissionId))).to.deep.include({ position: 1 });
    world.open();
    expect((await talk.next(({ type }) => type === 'result'))['requestId']).to.equal('a');
    expect((await talk.next(({ type }) => type === 'result'))['requestId']).to.equal('b');
    talk.socket.close();
  });

  it('cannot set the prototype of anything', async () => {
    const talk = openTalk(world.url, '/agents/echo/one');
    await talk.next();
    for (const text of [
      '{"v":1,"type":"prompt","requestId":"a","message":"Hi","__proto__":{"polluted":1}}',
      '{"v":1,"type":"prompt","requestId":"a","message":"Hi","constructor":{"prototype":{"polluted":1}}}',
      '{"v":1,"type":"__proto__","requestId":"a"}',
    ]) {
      talk.send(text);
      expect((await talk.next())['type']).to.equal('error');
    }
    talk.send({ v: 1, type: 'prompt', requestId: '__proto__', message: 'Hi' });
    expect((await talk.next(({ type }) => type === 'result'))['requestId']).to.equal('__proto__');
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    talk.socket.close();
  });

  it('whose other side is gone without a word is cut off at the second ping', async () => {
    const { at, sockets, close } = await bareServer();
    const { pulse, turn, everyMs } = pulseByHand(50);
    expect(everyMs).to.equal(50);
    const ends: Promise<string>[] = [];
    let heard: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (heard = resolve));
    sockets.on('connection', (socket, { socket: raw, url = '' }) => {
      pulse.watch(socket, raw);
      if (url === '/lively') socket.on('pong', heard);
      ends.push(new Promise((resolve) => socket.on('close', () => resolve(url))));
    });
    const lively = new WebSocket(`${at}/lively`);
    const dead = new WebSocket(`${at}/dead`, { autoPong: false });
    await Promise.all([lively, dead].map((socket) => new Promise((resolve) => socket.on('open', resolve))));
    turn();
    await answered;
    turn();
    expect(await Promise.race(ends)).to.equal('/dead');
    expect(lively.readyState).to.equal(WebSocket.OPEN);
    lively.terminate();
    pulse.stop();
    await close();
  });

  async function stillServed(): Promise<void> {
    expect((await world.send('GET', '/health')).status).to.equal(200);
  }

  interface Raw {
    readonly socket: Socket;
    readonly head: string;
    closeCode(): Promise<number>;
  }

  /** A socket without a library, which keeps to no rule. */
  async function rawSocket(header = ''): Promise<Raw> {
    const { hostname, port } = new URL(world.url);
    const socket = connect({ host: hostname, port: Number(port) });
    let bytes = Buffer.alloc(0);
    let wake: () => void = () => undefined;
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      bytes = Buffer.concat([bytes, data]);
      wake();
    });
    socket.write(
      `GET /agents/echo/one HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${header}\r\n`,
    );
    const until = async <T>(find: () => T | undefined): Promise<T> => {
      for (;;) {
        const found = find();
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    };
    const end = await until(() => (bytes.indexOf('\r\n\r\n') >= 0 ? bytes.indexOf('\r\n\r\n') : undefined));
    const head = bytes.subarray(0, end).toString();
    bytes = bytes.subarray(end + 4);
    return { socket, head, closeCode: () => until(() => codeIn(bytes)) };
  }
});

/** A pulse whose turns come when they are asked for, however busy the machine is. */
function pulseByHand(ms: number): { pulse: Pulse; turn: () => void; everyMs: number | undefined } {
  const { setInterval } = globalThis;
  let turn = (): void => undefined;
  let everyMs: number | undefined;
  globalThis.setInterval = ((act: () => void, given: number) => {
    [turn, everyMs] = [act, given];
    return setInterval(() => undefined, 2 ** 31 - 1);
  }) as unknown as typeof setInterval;
  try {
    const pulse = createPulse(ms);
    return { pulse, turn, everyMs };
  } finally {
    globalThis.setInterval = setInterval;
  }
}

/** A WebSocket server of the package alone. */
async function bareServer(): Promise<{ at: string; sockets: WebSocketServer; close(): Promise<void> }> {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    at: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    sockets,
    async close() {
      sockets.close();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** A frame of a client: the first byte, and a payload under a mask of zeros. */
function frame(first: number, payload: Buffer): Buffer {
  const { length } = payload;
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([first, ...size, 0, 0, 0, 0]), payload]);
}

/** The code of the close frame among the frames of a server. */
function codeIn(bytes: Buffer): number | undefined {
  for (let at = 0; at + 2 <= bytes.length;) {
    const length = bytes[at + 1] ?? 0;
    const size = length === 126 ? bytes.readUInt16BE(at + 2) : length;
    const start = at + (length === 126 ? 4 : 2);
    if (bytes[at] === 0x88) return bytes.readUInt16BE(start);
    at = start + size;
  }
  return undefined;
}
