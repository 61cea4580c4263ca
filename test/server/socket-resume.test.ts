import { expect } from 'chai';
import type { EngineEvent } from '../../engine/core/event.ts';
import { openTalk, type Frame, type Talk } from './talk.ts';
import { errorOf, startWorld, type World } from './world.ts';

describe('a socket that comes back', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.close());

  it('asks again with the same key and gets the same work, from any event on', async () => {
    const prompt = { v: 1, type: 'prompt', message: 'Hi', idempotencyKey: 'once' };
    const first = await answer('/agents/echo/one', { ...prompt, requestId: 'a' });
    for (let after = 0; after <= 5; after += 1) {
      const again = await answer('/agents/echo/one', { ...prompt, requestId: 'b', after });
      expect(again.started).to.deep.include({ submissionId: first.started['submissionId'] });
      expect(stored(again.events)).to.deep.equal(stored(first.events).slice(after));
      expect(again.result['result']).to.deep.include({ text: 'You said: Hi' });
    }
    const invoke = { v: 1, type: 'invoke', requestId: 'a', input: { name: 'Ada' }, idempotencyKey: 'once' };
    const run = await answer('/workflows/greet', invoke);
    const same = await answer('/workflows/greet', { ...invoke, after: 2 });
    expect(same.started).to.deep.equal(run.started);
    expect(stored(same.events)).to.deep.equal(stored(run.events).slice(2));
    expect(same.result).to.deep.equal(run.result);
  });

  it('subscribes to what was asked elsewhere, and to nothing of others', async () => {
    const { submissionId } = await world.engine.dispatch('echo', { instance: 'one', message: 'Hi' });
    await world.engine.submissions.wait(submissionId);
    const subscribe = { v: 1, type: 'subscribe', requestId: 'a', submissionId, after: 3 };
    const { events, result } = await answer('/agents/echo/one', subscribe);
    expect(events).to.deep.equal(await world.engine.submissions.events(submissionId, { after: 3 }));
    expect(result['result']).to.deep.include({ submissionId, output: 'You said: Hi' });
    const other = await answer('/agents/echo/two', subscribe);
    expect(errorOf({ body: other.result })).to.deep.include({ type: 'submission_not_found' });

    const { runId } = await world.engine.workflows.start('refuse');
    await world.engine.runs.wait(runId);
    const follow = { v: 1, type: 'subscribe', requestId: 'a', runId };
    const failed = await answer('/workflows/refuse', follow);
    expect(failed.events).to.deep.equal(await world.engine.runs.events(runId));
    expect(errorOf({ body: failed.result })).to.deep.include({ type: 'not_today' });
    const foreign = await answer('/workflows/plain', follow);
    expect(errorOf({ body: foreign.result })).to.deep.include({ type: 'run_not_found' });
  });

  it('unsubscribes from a request, which goes on', async () => {
    const talk = openTalk(world.url, '/agents/echo/one');
    talk.send({ v: 1, type: 'prompt', requestId: 'a', message: 'wait' });
    const { submissionId } = await talk.next(({ type }) => type === 'started');
    await world.reached;
    talk.send({ v: 1, type: 'unsubscribe', requestId: 'a' });
    await talk.next(({ type }) => type === 'unsubscribed');
    world.open();
    expect((await world.engine.submissions.wait(String(submissionId))).state).to.equal('succeeded');
    talk.send({ v: 1, type: 'ping' });
    expect(await talk.next()).to.deep.equal({ v: 1, type: 'pong' });
    talk.socket.close();
  });

  it('aborts what it subscribed to', async () => {
    const { submissionId } = await world.engine.dispatch('echo', { instance: 'one', message: 'wait' });
    await world.reached;
    const talk = openTalk(world.url, '/agents/echo/one');
    talk.send({ v: 1, type: 'subscribe', requestId: 'a', submissionId });
    talk.send({ v: 1, type: 'abort', requestId: 'a' });
    expect(errorOf({ body: await talk.next(({ type }) => type === 'error') })).to.deep.include({
      type: 'aborted',
    });
    talk.socket.close();
  });

  it('refuses places and keys that cannot be', async () => {
    const talk = openTalk(world.url, '/agents/echo/one');
    const refused = [
      { type: 'prompt', after: -1 },
      { type: 'prompt', after: 1.5 },
      { type: 'prompt', after: '1' },
      { type: 'prompt', idempotencyKey: 7 },
      { type: 'prompt', idempotencyKey: '\n' },
      { type: 'subscribe' },
      { type: 'subscribe', submissionId: 'sub_1', message: 'Hi' },
      { type: 'unsubscribe', after: 1 },
    ];
    for (const frame of refused) {
      talk.send({ v: 1, requestId: 'a', ...(frame.type === 'prompt' ? { message: 'Hi' } : {}), ...frame });
      const error = errorOf({ body: await talk.next(({ type }) => type === 'error') });
      expect(error, JSON.stringify(frame)).to.deep.include({ type: 'invalid_request' });
    }
    talk.socket.close();
  });

  it('gets every stored event when it has read slowly, and the answer', async () => {
    const talk = openTalk(world.url, '/agents/echo/one');
    await talk.next();
    talk.send({ v: 1, type: 'prompt', requestId: 'a', message: 'much' });
    const { submissionId } = await talk.next(({ type }) => type === 'started');
    talk.socket.pause();
    await world.engine.submissions.wait(String(submissionId));
    talk.socket.resume();
    const { events, result } = await rest(talk);
    expect(result['type']).to.equal('result');
    const all = await world.engine.submissions.events(String(submissionId));
    expect(stored(events)).to.deep.equal(all);
    talk.socket.close();
  });

  async function answer(
    path: string,
    frame: Frame,
  ): Promise<{ started: Frame; events: EngineEvent[]; result: Frame }> {
    const talk = openTalk(world.url, path);
    talk.send(frame);
    const found = await rest(talk);
    talk.socket.close();
    return found;
  }

  async function rest(talk: Talk): Promise<{ started: Frame; events: EngineEvent[]; result: Frame }> {
    let started: Frame = {};
    const events: EngineEvent[] = [];
    for (;;) {
      const frame = await talk.next(({ type }) => type !== 'ready');
      if (frame['type'] === 'started') started = frame;
      else if (frame['type'] === 'event') events.push(frame['event'] as EngineEvent);
      else return { started, events, result: frame };
    }
  }
});

function stored(events: readonly EngineEvent[]): EngineEvent[] {
  return events.filter(({ index }) => index > 0);
}
