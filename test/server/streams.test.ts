import { expect } from 'chai';
import type { EngineEvent } from '../../engine/core/event.ts';
import { createSseParser } from '../../engine/client/sse.ts';
import { errorOf, startWorld, type World } from './world.ts';

interface Frame {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

describe('a stream', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.close());

  it('gives the events of a prompt, ids on the stored ones only', async () => {
    const frames = await stream('POST', '/agents/echo/one', { message: 'Hi' });
    expect(frames.map(({ event }) => event)).to.deep.equal([
      'operation_start',
      'turn_start',
      'text_delta',
      'turn_end',
      'operation_end',
      'submission_end',
    ]);
    for (const { event, data } of frames) expect(data['type']).to.equal(event);
    const stored = frames.filter(({ event }) => event !== 'text_delta');
    expect(stored.map(({ data }) => data['index'])).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it('of a failing prompt ends with its end and one error frame', async () => {
    const frames = await stream('POST', '/agents/echo/one', { message: 'break' });
    const [end, error] = frames.slice(-2);
    expect(end?.event).to.equal('submission_end');
    expect(end?.data['data']).to.deep.equal({
      state: 'failed',
      error: { type: 'model_failed', message: 'the model is broken' },
    });
    expect(error?.event).to.equal('error');
    expect(errorOf({ body: error?.data ?? {} })).to.deep.equal({
      type: 'model_failed',
      message: 'the model is broken',
    });
    expect(frames.filter(({ event }) => event === 'error')).to.have.length(1);
  });

  it('that cannot begin is a plain refusal', async () => {
    const { status, body } = await world.send(
      'POST',
      '/agents/echo/one',
      {},
      { accept: 'text/event-stream' },
    );
    expect({ status, error: errorOf({ body }) }).to.deep.equal({
      status: 400,
      error: { type: 'invalid_input', message: 'agent "echo" needs a message' },
    });
  });

  it('gives the events of a new run until its end', async () => {
    const frames = await stream('POST', '/workflows/greet', { name: 'Ada' });
    expect(frames[0]?.event).to.equal('run_start');
    expect(frames.at(-1)?.event).to.equal('run_end');
    expect(frames.at(-1)?.data['data']).to.deep.include({ state: 'succeeded' });
  });

  it('of a run goes on after the last event seen, wherever it was cut', async () => {
    const { runId } = await world.engine.workflows.start('greet', { name: 'Ada' });
    await world.engine.runs.wait(runId);
    const all = await world.engine.runs.events(runId);
    for (let cut = 0; cut < all.length; cut += 1) {
      const byHeader = await stream('GET', `/runs/${runId}/stream`, undefined, {
        'last-event-id': String(cut),
      });
      const byQuery = await stream('GET', `/runs/${runId}/stream?after=${cut}`, undefined, {
        'last-event-id': '1',
      });
      expect(byHeader.map(({ data }) => data)).to.deep.equal(all.slice(cut));
      expect(byQuery).to.deep.equal(byHeader);
    }
    const after = await world.send('GET', `/runs/${runId}/stream?after=${all.length}`);
    expect(after.status).to.equal(204);
    const beyond = await world.send('GET', `/runs/${runId}/stream?after=${all.length + 5}`);
    expect(errorOf(beyond)).to.deep.include({ type: 'invalid_request' });
  });

  it('whose reader leaves does not end the run', async () => {
    const { runId } = await world.engine.workflows.start('stall');
    await world.reached;
    const left = new AbortController();
    const response = await fetch(`${world.url}/runs/${runId}/stream`, { signal: left.signal });
    left.abort();
    await response.text().catch(() => undefined);
    world.open();
    expect((await world.engine.runs.wait(runId)).state).to.equal('succeeded');
  });

  it('that is read slowly holds up nobody else', async () => {
    const { body } = await fetch(`${world.url}/agents/echo/much`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: '{"message":"much"}',
    });
    const reader = body?.getReader();
    await reader?.read();
    // Another caller is served while 20 MB wait for the first one.
    expect((await world.send('POST', '/agents/echo/other', { message: 'Hi' })).status).to.equal(200);
    let bytes = 0;
    for (let chunk = await reader?.read(); chunk?.done === false; chunk = await reader?.read()) {
      bytes += (chunk.value as Uint8Array).length;
    }
    expect(bytes).to.be.greaterThan(1_000);
  });

  it('ends when the server closes, and the run goes on', async () => {
    const { runId } = await world.engine.workflows.start('stall');
    await world.reached;
    const { body } = await fetch(`${world.url}/runs/${runId}/stream`);
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('event: run_start\n')) text += (await reader?.read())?.value ?? '';
    expect(text).to.match(/^retry: 1000\n\nid: 1\nevent: run_start\n/);
    const closed = world.server.close({ graceMs: 1_000 });
    while ((await reader?.read())?.done === false);
    await closed;
    world.open();
    expect((await world.engine.runs.wait(runId)).state).to.equal('succeeded');
  });

  async function stream(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Frame[]> {
    const response = await fetch(world.url + path, {
      method,
      headers: {
        accept: 'text/event-stream',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.headers.get('content-type')).to.equal('text/event-stream; charset=utf-8');
    const frames = createSseParser().push(await response.text());
    return frames.map(({ event, data, lastEventId }) => {
      const parsed = JSON.parse(data) as EngineEvent;
      if (event !== 'error' && parsed.index > 0) expect(lastEventId).to.equal(String(parsed.index));
      return { id: lastEventId, event, data: parsed as unknown as Record<string, unknown> };
    });
  }
});
