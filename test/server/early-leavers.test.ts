import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import type { HostCaller } from '../../engine/server/index.ts';
import { openTalk } from './talk.ts';
import { startWorld, type World } from './world.ts';

describe('a caller who leaves while the server finds out who it is', () => {
  let world: World;
  let holdsNext: boolean;
  let asked: (request: IncomingMessage) => void;
  let letIn: () => void;

  beforeEach(async () => {
    holdsNext = false;
    world = await startWorld(
      {
        async callerOf(request): Promise<HostCaller> {
          if (holdsNext) {
            holdsNext = false;
            const held = new Promise<void>((resolve) => (letIn = resolve));
            asked(request);
            await held;
          }
          return { id: 'ann' };
        },
      },
      { connections: 1 },
    );
  });
  afterEach(() => world.close());

  it('holds no place of a stream', async () => {
    const path = await quietStream();
    await leave(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);

    const stream = await fetch(world.url + path);
    expect(stream.status).to.equal(200);
    await stream.body?.cancel();
  });

  it('holds no place of a socket', async () => {
    await leave(
      [
        'GET /agents/echo/1 HTTP/1.1',
        'Host: localhost',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`,
        '\r\n',
      ].join('\r\n'),
    );

    const talk = openTalk(world.url, '/agents/echo/1');
    expect(await talk.next()).to.include({ type: 'ready' });
    talk.socket.close();
    await talk.closed;
  });

  /** The path of a stream on which nothing comes for now. */
  async function quietStream(): Promise<string> {
    const { body } = await world.send('POST', '/agents/echo/1/dispatch', { message: 'wait' });
    await world.reached;
    const path = `/submissions/${String(body['submissionId'])}`;
    const { body: page } = await world.send('GET', `${path}/events`);
    return `${path}/stream?after=${String(page['nextAfter'])}`;
  }

  /** Sends the head of a request, and cuts the line off before the server knows who sent it. */
  async function leave(head: string): Promise<void> {
    holdsNext = true;
    const arrived = new Promise<IncomingMessage>((resolve) => (asked = resolve));
    const line: Socket = connect(Number(new URL(world.url).port), '127.0.0.1');
    line.on('error', () => undefined);
    line.write(head);
    const { socket } = await arrived;
    const gone = new Promise((resolve) => socket.once('close', resolve));
    line.resetAndDestroy();
    await gone;
    letIn();
    // Others are answered meanwhile, so that it has come as far as it comes.
    for (let count = 0; count < 10; count += 1) await world.send('GET', '/health');
  }
});
