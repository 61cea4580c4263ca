import { expect } from 'chai';
import type { RequestEnd } from '../../engine/server/index.ts';
import { startWorld, type World } from './world.ts';

describe('the end of a request', () => {
  let world: World;
  const ends: RequestEnd[] = [];
  let arrived: () => void = () => undefined;
  beforeEach(async () => {
    ends.length = 0;
    world = await startWorld({
      onRequest(end) {
        ends.push(end);
        arrived();
        throw new Error('a broken counter');
      },
    });
  });
  afterEach(() => world.close());

  const ended = async (count: number): Promise<readonly RequestEnd[]> => {
    while (ends.length < count) await new Promise<void>((resolve) => (arrived = resolve));
    return ends;
  };

  it('names route, status, caller and how long it took', async () => {
    await world.send('POST', '/workflows/plain?wait=result', {});
    const [end] = await ended(1);
    expect(end).to.deep.include({
      method: 'POST',
      path: '/workflows/plain',
      route: '/workflows/:name',
      caller: 'anyone',
      status: 200,
      failure: undefined,
      isComplete: true,
    });
    expect(end?.durationMs).to.be.within(0, 60_000);
    expect(Date.now() - (end?.startedAt ?? 0)).to.be.within(0, 60_000);
  });

  it('names why it failed, under the ref that the caller has', async () => {
    const { body } = await world.send('GET', '/nope');
    const { ref } = body['error'] as { readonly ref: string };
    expect((await ended(1))[0]).to.deep.include({
      route: undefined,
      caller: 'anyone',
      status: 404,
      failure: { type: 'not_found', ref },
    });
  });

  it('is there for streams, and for callers who left', async () => {
    const stream = await fetch(`${world.url}/workflows/plain`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: '{}',
    });
    await stream.text();
    const [end] = await ended(1);
    expect(end).to.deep.include({ route: '/workflows/:name', status: 200, isComplete: true });

    const leaving = new AbortController();
    const left = world.send('POST', '/agents/echo/1', { message: 'wait' }).catch(() => undefined);
    const cut = fetch(`${world.url}/agents/echo/2`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message: 'wait' }),
      signal: leaving.signal,
    }).catch(() => undefined);
    while ((await world.engine.executions({ states: ['running'] })).length < 2)
      await new Promise(setImmediate);
    leaving.abort();
    await cut;
    expect((await ended(2))[1]).to.deep.include({ path: '/agents/echo/2', status: 499, isComplete: false });
    world.open();
    await left;
  });
});
