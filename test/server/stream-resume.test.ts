import { expect } from 'chai';
import type { EngineEvent } from '../../engine/client/index.ts';
import { startWorld, type World } from './world.ts';

describe('the stream of a prompt', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.close());

  it('names its submission before anything else', async () => {
    const response = await fetch(`${world.url}/agents/echo/one`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: '{"message":"Hi"}',
    });
    const location = response.headers.get('location') ?? '';
    expect(location).to.match(/^\/submissions\/sub_[0-9A-Z]{26}$/);
    const text = await response.text();
    expect(text).to.include(`"executionId":"${location.slice('/submissions/'.length)}"`);
    const rest = await fetch(`${world.url}${location}/stream`, { headers: { 'last-event-id': '2' } });
    expect((await rest.text()).match(/^id: \d+$/gm)).to.deep.equal(['id: 3', 'id: 4', 'id: 5']);
  });

  it('goes on by itself wherever it was cut, with no event missing and none twice', async () => {
    for (const events of [1, 2, 3]) {
      const client = world.client({ fetch: cutAfter(events) });
      const seen: EngineEvent[] = [];
      for await (const event of client.agents.stream('echo', `cut-${events}`, { message: 'Hi' }))
        seen.push(event);
      const id = seen[0]?.executionId ?? '';
      expect(seen.filter(({ index }) => index > 0)).to.deep.equal(await world.engine.submissions.events(id));
    }
    const messages = await world.engine.agents.session('echo', 'cut-1').history();
    expect(messages).to.have.length(2);
  });

  it('of a run goes on in the same way', async () => {
    const client = world.client({ fetch: cutAfter(1) });
    const seen: number[] = [];
    for await (const { index } of client.workflows.stream('plain')) seen.push(index);
    expect(seen).to.deep.equal(seen.map((_, place) => place + 1));
  });

  it('that falls silent is opened again', async () => {
    let opened = 0;
    const client = world.client({
      silenceMs: 200,
      async fetch(url, init) {
        opened += 1;
        if (opened > 1) return fetch(url, init);
        const { headers } = await fetch(url, init);
        // A server that is not heard of any more, and does not say so.
        return new Response(new ReadableStream({ start: (sink) => sink.enqueue(encode('retry: 1\n\n')) }), {
          headers: { location: headers.get('location') ?? '', 'content-type': 'text/event-stream' },
        });
      },
    });
    const types: string[] = [];
    // With a key, so that what a busy machine has not answered in time is asked again.
    const key = { idempotencyKey: 'once' };
    for await (const { type } of client.agents.stream('echo', 'silent', { message: 'Hi' }, key))
      types.push(type);
    expect(types.at(-1)).to.equal('submission_end');
    // A busy machine may be silent so long itself.
    expect(opened).to.be.at.least(2);
  });

  it('ends at once when its signal aborts', async () => {
    const left = new AbortController();
    const { agents } = world.client();
    const events = agents.stream('echo', 'one', { message: 'wait' }, { signal: left.signal });
    const stream = events[Symbol.asyncIterator]();
    await stream.next();
    await world.reached;
    const rest = (async () => {
      while ((await stream.next()).done !== true);
    })().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    left.abort();
    expect(await rest).to.have.property('code', 'aborted');
  });
});

/** Requests whose streams break after some events, and may come back soon. */
function cutAfter(events: number): typeof fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    if (response.status !== 200 || response.body === null) return response;
    let left = events;
    let rest = '';
    const cut = new TransformStream<string, Uint8Array>({
      transform(text, sink) {
        rest += text.replace(/^retry: \d+$/gm, 'retry: 1');
        for (let end = rest.indexOf('\n\n'); end >= 0 && left > 0; end = rest.indexOf('\n\n')) {
          const frame = rest.slice(0, end + 2);
          rest = rest.slice(end + 2);
          sink.enqueue(encode(frame));
          if (frame.startsWith('id: ')) left -= 1;
        }
        if (left === 0) sink.terminate();
      },
    });
    const body = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(cut);
    return new Response(body, { headers: response.headers });
  };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
