import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { startWorld, type World } from './world.ts';

describe('a server', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.close());

  it('outlives clients that reset the connection anywhere in a stream, and carries on with their work', async () => {
    const body = JSON.stringify({ message: 'much' });
    const head = `Host: localhost\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
    for (let count = 0; count < 10; count += 1) {
      const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
      socket.write(`POST /agents/echo/reset-${count} HTTP/1.1\r\n${head}\r\n\r\n${body}`);
      let bytes = 0;
      socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > count * 100_000) socket.resetAndDestroy();
      });
      await once(socket, 'close');
    }
    const all = await world.engine.submissions.list({ limit: 100 });
    expect(all).to.have.length(10);
    const ended = await Promise.all(
      all.map(({ submissionId }) => world.engine.submissions.wait(submissionId)),
    );
    expect(ended.map(({ state }) => state)).to.deep.equal(Array(10).fill('succeeded'));
    expect(world.log.filter(({ level }) => level === 'error')).to.deep.equal([]);
  });

  it('that drains answers who waits behind other work, takes nothing new, and leaves nothing out', async () => {
    const { body: first } = await world.send('POST', '/agents/echo/one/dispatch', { message: 'wait' });
    await world.reached;
    const { body: queued } = await world.send('POST', '/agents/echo/one/dispatch', { message: 'two' });
    const asked = world.send('POST', '/agents/echo/one', { message: 'three' });
    while ((await world.engine.submissions.list({ limit: 10 })).length < 3) await new Promise(setImmediate);
    const drained = world.server.drain({ graceMs: 60_000 });
    const late = await world.send('POST', '/agents/echo/two/dispatch', { message: 'late' });
    expect([late.status, late.headers.get('retry-after')]).to.deep.equal([503, '1']);
    expect((await world.send('GET', '/ready')).status).to.equal(503);
    expect((await world.send('GET', '/health')).status).to.equal(200);
    world.open();
    await drained;
    const { status, body } = await asked;
    expect([status, JSON.stringify(body).includes('You said: three')]).to.deep.equal([200, true]);
    for (const { submissionId } of [first, queued] as unknown as { submissionId: string }[])
      expect((await world.engine.submissions.wait(submissionId)).state).to.equal('succeeded');
    expect(await world.engine.submissions.list({ limit: 10 })).to.have.length(3);
  });
});
