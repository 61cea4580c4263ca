import { connect } from 'node:net';
import { expect } from 'chai';
import { startWorld, type World } from './world.ts';

describe('requests behind another one on the same connection', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld({}, { connections: 1 });
  });
  afterEach(() => world.close());

  const head = (line: string, ...more: readonly string[]): string =>
    [`${line} HTTP/1.1`, 'Host: localhost', ...more, '', ''].join('\r\n');

  it('do not keep a server from stopping when the one before ended the connection', async () => {
    const line = connect(Number(new URL(world.url).port), '127.0.0.1');
    line.on('error', () => undefined).resume();
    const size = 1_048_577;
    const json = ['Content-Type: application/json', `Content-Length: ${size}`];
    line.write(head('POST /workflows/plain', ...json) + 'a'.repeat(size) + head('GET /health'));
    await new Promise((resolve) => line.once('close', resolve));

    await world.server.drain();
    expect((await fetch(`${world.url}/health`)).status).to.equal(200);
  });

  it('give back what they hold when the connection is lost', async () => {
    const { body } = await world.send('POST', '/agents/echo/1/dispatch', { message: 'wait' });
    await world.reached;
    const path = `/submissions/${String(body['submissionId'])}/stream`;
    const prompt = JSON.stringify({ message: 'behind the one that waits' });
    const json = ['Content-Type: application/json', `Content-Length: ${prompt.length}`];

    const line = connect(Number(new URL(world.url).port), '127.0.0.1');
    line.write(head('POST /agents/echo/1', ...json) + prompt + head(`GET ${path}`));
    await until(async () => (await statusOf(path)) === 503);
    line.destroy();
    await until(async () => (await statusOf(path)) === 200);
  });

  async function statusOf(path: string): Promise<number> {
    const { status, body } = await fetch(world.url + path);
    await body?.cancel();
    return status;
  }
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}
