import { createServer as createHttpServer } from 'node:http';
import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { Problem } from '../../engine/core/problem.ts';
import type { Store } from '../../engine/ports/store.ts';
import { createServer, listen } from '../../engine/server/index.ts';
import { freePort } from '../fakes/free-port.ts';
import { errorOf, startWorld, type World } from './world.ts';

describe('a server', () => {
  let world: World;
  beforeEach(async () => {
    // Nobody else has its port when it is closed.
    world = await startWorld({ port: await freePort() });
  });
  afterEach(() => world.close());

  it('says that its port is in use', async () => {
    const port = Number(new URL(world.url).port);
    expect(await problemOf(createServer(world.engine, { port }).listen())).to.deep.equal({
      type: 'port_in_use',
      message: `port ${port} of 127.0.0.1 is in use; choose another one, or 0 for a free one`,
    });
  });

  it('listens once, and again only when it could not', async () => {
    const port = Number(new URL(world.url).port);
    const server = createServer(world.engine, { port });
    const [first, second] = await Promise.all([problemOf(server.listen()), problemOf(server.listen())]);
    expect(first).to.include({ type: 'port_in_use' });
    expect(second).to.deep.equal({ type: 'invalid_request', message: 'the server listens already' });
    expect(await problemOf(server.listen())).to.include({ type: 'port_in_use' });
    await server.close();
    expect(await problemOf(server.listen())).to.deep.equal({
      type: 'invalid_request',
      message: 'the server was closed; make another one with createServer',
    });
  });

  it('that is closed while it begins to listen does not listen', async () => {
    for (const end of ['close', 'drain'] as const) {
      const server = createServer(world.engine, { port: 0 });
      const listened = server.listen().then(
        ({ url }) => url,
        (thrown: unknown) => (thrown as Problem).toData(),
      );
      await server[end]();
      expect(await listened, end).to.deep.equal({
        type: 'invalid_request',
        message: 'the server was closed; make another one with createServer',
      });
      await server.close();
    }
  });

  it('that cannot accept a connection goes on, and says why', async () => {
    const http = createHttpServer();
    const told: unknown[] = [];
    await listen(http, '127.0.0.1', 0, (thrown) => told.push(thrown));
    const causes = [new Error('accept EMFILE'), new Error('accept ENFILE')];
    for (const cause of causes) http.emit('error', cause);
    expect(told).to.deep.equal(causes);
    http.close();
  });

  it('does not listen where other machines could reach it', async () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.1', 'example.com']) {
      expect(await problemOf(createServer(world.engine, { host, port: 0 }).listen())).to.deep.equal({
        type: 'invalid_request',
        message: `cannot listen on "${host}": other machines could call, and nobody has to sign in; set "server.auth" in engine.yaml ("engine token" makes a token), listen on 127.0.0.1, or take the risk with --insecure`,
      });
    }
  });

  it('says where it listens', async () => {
    const server = createServer(world.engine, { host: 'localhost', port: await freePort() });
    const { host, port, url } = await server.listen();
    expect({ host, url }).to.deep.equal({ host: '127.0.0.1', url: `http://127.0.0.1:${port}` });
    await server.close();
    expect(await fetch(`${url}/health`).catch((thrown: unknown) => (thrown as Error).name)).to.equal(
      'TypeError',
    );
  });

  it('takes its settings from the project', async () => {
    const small = await startWorld({}, { bodyBytes: 5 });
    expect((await small.send('POST', '/workflows/plain', '{      }')).status).to.equal(413);
    await small.close();
  });

  it('finishes what it is asked within the grace, and takes nothing new', async () => {
    const running = world.send('POST', '/agents/echo/one', { message: 'wait' });
    await world.reached;
    const closed = world.server.close({ graceMs: 60_000 });
    for (const [method, path, body] of [
      ['GET', '/ready'],
      ['POST', '/workflows/plain', {}],
      ['GET', '/runs/nope/stream'],
    ] as const) {
      const refused = await world.send(method, path, body);
      expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([503, '1']);
      expect(errorOf(refused)).to.deep.equal({
        type: 'shutting_down',
        message: 'the server is shutting down',
      });
    }
    const health = await world.send('GET', '/health');
    expect([health.status, health.headers.get('connection')]).to.deep.equal([200, 'close']);
    expect((await world.send('GET', '/runs')).status).to.equal(200);
    world.open();
    expect(await running).to.deep.include({ status: 200 });
    await closed;
    expect(await world.send('GET', '/health').catch((thrown: unknown) => (thrown as Error).name)).to.equal(
      'TypeError',
    );
  });

  it('tells all who wait for the end of its requests', async () => {
    const running = world.send('POST', '/agents/echo/one', { message: 'wait' });
    await world.reached;
    const drained = [world.server.drain({ graceMs: 60_000 }), world.server.drain({ graceMs: 60_000 })];
    world.open();
    expect(await running).to.deep.include({ status: 200 });
    await Promise.all(drained);
  });

  it('cuts off what takes longer than the grace, and the work goes on', async () => {
    const running = world
      .send('POST', '/workflows/stall?wait=result', {})
      .catch((thrown: unknown) => (thrown as Error).name);
    await world.reached;
    await world.server.close();
    expect(await running).to.equal('TypeError');
    world.open();
    const [run] = await world.engine.runs.list();
    expect((await world.engine.runs.wait(run?.runId ?? '')).state).to.equal('succeeded');
    expect(world.log.map(({ type }) => type).filter((type) => type !== 'aborted')).to.deep.equal([]);
  });

  it('cuts off callers whose leaving would end the work, which goes on all the same', async () => {
    const asked = [
      world.send('POST', '/workflows/stall?wait=result&onDisconnect=cancel', {}),
      world.send('POST', '/agents/echo/one?onDisconnect=cancel', { message: 'wait' }),
      world.send('POST', '/agents/echo/two/tasks?onDisconnect=cancel', { prompt: 'wait' }),
    ].map((answer) => answer.catch((thrown: unknown) => (thrown as Error).name));
    while ((await world.engine.executions({ states: ['running'] })).length < 3)
      await new Promise(setImmediate);
    await world.server.close();
    expect(await Promise.all(asked)).to.deep.equal(['TypeError', 'TypeError', 'TypeError']);
    world.open();
    for (const { id, kind } of await world.engine.executions({})) {
      const { state } = await (kind === 'run' ? world.engine.runs : world.engine.submissions).wait(id);
      expect(state, kind).to.equal('succeeded');
    }
  });

  it('is not ready when the store does not answer, but lives', async () => {
    let isGone = false;
    const whole = openMemoryStore();
    const store: Store = {
      ...whole,
      executions: {
        ...whole.executions,
        list: (filter) =>
          isGone
            ? Promise.reject(new Problem('store_unavailable', 'the store is gone'))
            : whole.executions.list(filter),
      },
    };
    const other = await startWorld({}, { store });
    expect((await other.send('GET', '/ready')).status).to.equal(200);
    isGone = true;
    const ready = await other.send('GET', '/ready');
    expect(ready.status).to.equal(503);
    expect(errorOf(ready)).to.deep.equal({ type: 'store_unavailable', message: 'the store does not answer' });
    expect((await other.send('GET', '/health')).status).to.equal(200);
    isGone = false;
    expect((await other.send('GET', '/ready')).status).to.equal(200);
    await other.close();
  });

  it('is not ready while the store refuses writes, and is again when it takes them', async () => {
    let isFull = false;
    const whole = openMemoryStore();
    const guard =
      <Given extends unknown[], Result>(write: (...given: Given) => Promise<Result>) =>
      (...given: Given): Promise<Result> =>
        isFull
          ? Promise.reject(new Problem('store_unavailable', 'the store "/secret/place" is full'))
          : write(...given);
    const store: Store = {
      ...whole,
      documents: { ...whole.documents, set: guard(whole.documents.set) },
      executions: { ...whole.executions, insert: guard(whole.executions.insert) },
    };
    const other = await startWorld({}, { store });
    isFull = true;
    expect((await other.send('POST', '/workflows/plain', {})).status).to.equal(503);
    const ready = await other.send('GET', '/ready');
    expect(ready.status).to.equal(503);
    expect(errorOf(ready)).to.deep.equal({
      type: 'store_unavailable',
      message: 'the store does not take what is written',
    });
    expect((await other.send('GET', '/health')).status).to.equal(200);
    isFull = false;
    while ((await other.send('GET', '/ready')).status !== 200);
    expect((await other.send('POST', '/workflows/plain', {})).status).to.equal(202);
    await other.close();
  });

  it('answers though its log throws', async () => {
    const server = createServer(world.engine, {
      port: 0,
      log() {
        throw new Error('disk full');
      },
    });
    const { url } = await server.listen();
    expect((await fetch(`${url}/nope`)).status).to.equal(404);
    await server.close();
  });
});

async function problemOf(promise: Promise<unknown>): Promise<object | undefined> {
  try {
    await promise;
    return undefined;
  } catch (thrown) {
    return (thrown as Problem).toData();
  }
}
