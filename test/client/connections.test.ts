import { expect } from 'chai';
import { WebSocket } from 'ws';
import type { EngineEvent, Problem, WebSocketConstructor } from '../../engine/client/index.ts';
import { createServer } from '../../engine/server/index.ts';
import { freePort } from '../fakes/free-port.ts';
import { startWorld, type World } from '../server/world.ts';

describe('a connection of the client', () => {
  let world: World;
  beforeEach(async () => {
    // Nobody else has its port when it is closed.
    world = await startWorld({ port: await freePort() });
  });
  afterEach(() => world.close());

  it('comes back when the server does, and what was asked goes on without gap and is done once', async () => {
    const connection = await world.client().agents.connect('echo', 'one');
    const events: EngineEvent[] = [];
    const streamed = (async () => {
      for await (const event of connection.stream('wait', { session: 'a' })) events.push(event);
    })();
    const answer = connection.prompt('wait', { session: 'b' });
    await world.reached;
    await world.server.close();
    const again = createServer(world.engine, { port: Number(new URL(world.url).port), log: () => undefined });
    await again.listen();
    world.open();
    expect(await answer).to.deep.include({ text: 'You said: wait' });
    await streamed;
    const stored = events.filter(({ index }) => index > 0).map(({ index }) => index);
    expect(stored).to.deep.equal(stored.map((_, place) => place + 1));
    expect(events.at(-1)?.type).to.equal('submission_end');
    for (const session of ['a', 'b'])
      expect(await world.engine.agents.session('echo', 'one', session).history()).to.have.length(2);
    connection.close();
    await again.close();
  });

  it('comes back from cuts at any place, with no event missing and none twice', async () => {
    for (const frames of [3, 5]) {
      const client = world.client({ webSocket: cutAfter(frames) });
      const connection = await client.workflows.connect('plain');
      const indexes: number[] = [];
      for await (const { index } of connection.stream()) indexes.push(index);
      expect(indexes).to.deep.equal(indexes.map((_, place) => place + 1));
      connection.close();
    }
  });

  it('that falls silent is opened again', async () => {
    const { opened, constructor } = silentAtFirst();
    // Longer than a busy machine takes to open one.
    const client = world.client({ webSocket: constructor, silenceMs: 2_000 });
    const connection = await client.agents.connect('echo', 'one');
    expect(await connection.prompt('Hi')).to.deep.include({ text: 'You said: Hi' });
    // A busy machine may be silent so long itself.
    expect(opened()).to.be.at.least(2);
    connection.close();
  });

  it('ends a call at once when its signal aborts, and the work with it', async () => {
    const connection = await world.client().agents.connect('echo', 'one');
    const abort = new AbortController();
    const call = codeOf(connection.prompt('wait', { signal: abort.signal }));
    await world.reached;
    abort.abort();
    expect(await call).to.equal('aborted');
    expect(await connection.prompt('Hi')).to.deep.include({ text: 'You said: Hi' });
    connection.close();
    expect(await codeOf(connection.prompt('Hi'))).to.equal('aborted');
  });

  it('subscribes to what was asked elsewhere, and leaves it as it is', async () => {
    const { submissionId } = await world.engine.dispatch('echo', { instance: 'one', message: 'wait' });
    await world.reached;
    const connection = await world.client().agents.connect('echo', 'one');
    for await (const event of connection.subscribe(submissionId)) {
      expect(event.executionId).to.equal(submissionId);
      break;
    }
    const left = new AbortController();
    const followed = codeOf(all(connection.subscribe(submissionId, { signal: left.signal })));
    left.abort();
    expect(await followed).to.equal('aborted');
    world.open();
    expect((await world.engine.submissions.wait(submissionId)).state).to.equal('succeeded');
    const indexes = (await all(connection.subscribe(submissionId, { after: 3 }))).map(({ index }) => index);
    expect(indexes).to.deep.equal([4, 5]);
    expect(await codeOf(all(connection.subscribe('sub_none')))).to.equal('submission_not_found');
    connection.close();
  });

  it('signs in with a token, and with another one when that has expired', async () => {
    const offered: (string[] | undefined)[] = [];
    class Expiring extends WebSocket {
      constructor(url: string, protocols?: string[]) {
        super(url, protocols);
        offered.push(protocols);
      }
      override send(data: string): void {
        if (offered.length === 1) this.emit('close', 4401, Buffer.from('the token has expired'));
        else super.send(data);
      }
    }
    let count = 0;
    const client = world.client({ webSocket: Expiring, token: () => `t?>${(count += 1)}` });
    const connection = await client.agents.connect('echo', 'one');
    expect(await connection.prompt('Hi')).to.deep.include({ text: 'You said: Hi' });
    connection.close();
    expect(offered).to.deep.equal([
      ['engine.v1', `bearer.${Buffer.from('t?>1').toString('base64url')}`],
      ['engine.v1', `bearer.${Buffer.from('t?>2').toString('base64url')}`],
    ]);
  });

  it('is not opened when its signal aborts', async () => {
    const signal = AbortSignal.abort();
    expect(await codeOf(world.client().agents.connect('echo', 'one', { signal }))).to.equal('aborted');
  });

  it('says why it was closed for good, or refused', async () => {
    const client = world.client({ webSocket: closedWith(4401, 'the token has expired') });
    const connection = await client.agents.connect('echo', 'one');
    const problem = await problemOf(connection.prompt('Hi'));
    expect(problem?.code).to.equal('unauthorized');
    expect(problem?.details).to.deep.equal({ closeCode: 4401, reason: 'the token has expired' });
    expect(await codeOf(world.client().agents.connect('nobody', 'one'))).to.equal('not_found');
  });
});

/** Sockets of which each is cut after some frames, the first of which says that the server is ready. */
function cutAfter(frames: number): WebSocketConstructor {
  return class extends WebSocket {
    constructor(url: string) {
      super(url);
      let left = frames;
      this.on('message', () => {
        left -= 1;
        if (left > 0) return;
        this.removeAllListeners('message');
        this.terminate();
      });
    }
  };
}

/** Sockets of which the first one sends nothing, though it seems to. */
function silentAtFirst(): { opened(): number; readonly constructor: WebSocketConstructor } {
  let count = 0;
  class Silent extends WebSocket {
    readonly #number: number;
    constructor(url: string) {
      super(url);
      count += 1;
      this.#number = count;
    }
    override send(data: string): void {
      if (this.#number > 1) super.send(data);
    }
  }
  return { opened: () => count, constructor: Silent };
}

/** Sockets that the server closes when it is asked for something. */
function closedWith(code: number, reason: string): WebSocketConstructor {
  return class extends WebSocket {
    override send(): void {
      this.emit('close', code, Buffer.from(reason));
    }
  };
}

async function all(events: AsyncIterable<EngineEvent>): Promise<EngineEvent[]> {
  const list: EngineEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

async function problemOf(work: Promise<unknown>): Promise<Problem | undefined> {
  return work.then(
    () => undefined,
    (thrown: unknown) => thrown as Problem,
  );
}

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  return (await problemOf(work))?.code;
}
