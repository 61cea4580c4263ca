import { expect } from 'chai';
import { WebSocket } from 'ws';
import { openTalk, type Frame, type Talk } from './talk.ts';
import { errorOf, startWorld, type World } from './world.ts';

describe('a socket', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.close());

  it('of an agent answers prompts with their events and a result', async () => {
    const talk = open('/agents/echo/one');
    expect(await talk.next()).to.deep.equal({
      v: 1,
      type: 'ready',
      target: 'agent',
      name: 'echo',
      instanceId: 'one',
    });
    talk.send({ v: 1, type: 'prompt', requestId: 'a', message: 'Hi', session: 's' });
    const started = await talk.next();
    expect(started).to.deep.include({ v: 1, type: 'started', requestId: 'a' });
    const first = await talk.next();
    expect(first).to.deep.include({ type: 'event', requestId: 'a' });
    expect((first['event'] as Frame)['executionId']).to.equal(started['submissionId']);
    const result = await talk.next(({ type }) => type === 'result');
    expect(result['requestId']).to.equal('a');
    expect(result['result']).to.deep.include({ text: 'You said: Hi', submissionId: started['submissionId'] });
    talk.socket.close();
  });

  it('of a workflow runs it as often as it is asked', async () => {
    const talk = open('/workflows/greet');
    expect(await talk.next()).to.deep.equal({ v: 1, type: 'ready', target: 'workflow', name: 'greet' });
    for (const name of ['Ada', 'Grace']) {
      talk.send({ v: 1, type: 'invoke', requestId: name, input: { name } });
      const started = await talk.next(({ type }) => type === 'started');
      const { result } = await talk.next(({ type }) => type === 'result');
      expect(result).to.deep.include({
        runId: started['runId'],
        output: { greeting: `You said: Greet ${name}` },
      });
    }
    talk.socket.close();
  });

  it('says why a run failed, with its id', async () => {
    const talk = open('/workflows/refuse');
    talk.send({ v: 1, type: 'invoke', requestId: 'a' });
    const { runId } = await talk.next(({ type }) => type === 'started');
    const frame = await talk.next(({ type }) => type === 'error');
    expect(frame['requestId']).to.equal('a');
    expect(errorOf({ body: frame })).to.deep.equal({
      type: 'not_today',
      message: 'not today',
      details: { day: 'monday', runId },
    });
    talk.socket.close();
  });

  it('aborts one request and leaves the others', async () => {
    const talk = open('/agents/echo/one');
    talk.send({ v: 1, type: 'prompt', requestId: 'a', message: 'wait', session: 'a' });
    await world.reached;
    talk.send({ v: 1, type: 'prompt', requestId: 'b', message: 'wait', session: 'b' });
    talk.send({ v: 1, type: 'abort', requestId: 'a' });
    const frame = await talk.next(({ type }) => type === 'error');
    expect(frame['requestId']).to.equal('a');
    expect(errorOf({ body: frame })).to.deep.equal({ type: 'aborted', message: 'the request was aborted' });
    world.open();
    expect((await talk.next(({ type }) => type === 'result'))['requestId']).to.equal('b');
    talk.socket.close();
  });

  it('cancels a run', async () => {
    const talk = open('/workflows/stall');
    talk.send({ v: 1, type: 'invoke', requestId: 'a' });
    await world.reached;
    talk.send({ v: 1, type: 'abort', requestId: 'a' });
    expect(errorOf({ body: await talk.next(({ type }) => type === 'error') })).to.deep.include({
      type: 'cancelled',
    });
    talk.socket.close();
  });

  it('refuses frames it does not understand and stays open', async () => {
    const talk = open('/agents/echo/one');
    await talk.next();
    const refused: readonly [unknown, object][] = [
      ['{', { type: 'invalid_json' }],
      ['{"v":1,"v":1}', { type: 'invalid_json', message: 'an object of the frame has a key twice' }],
      [[], { type: 'invalid_request', message: 'a frame must be a JSON object' }],
      [
        { type: 'ping' },
        { type: 'invalid_request', message: 'a frame needs "v": 1, the version of this protocol' },
      ],
      [
        { v: 1, type: 'promt', requestId: 'x' },
        {
          type: 'invalid_request',
          message: 'unknown frame type "promt" for a socket of an agent; did you mean "prompt"?',
        },
      ],
      [
        { v: 1, requestId: 'x' },
        {
          type: 'invalid_request',
          message:
            'a frame needs a "type"; expected one of "abort", "ping", "prompt", "subscribe", "unsubscribe"',
        },
      ],
      [
        { v: 1, type: 'prompt', message: 'Hi' },
        {
          type: 'invalid_request',
          message: 'a frame of type "prompt" needs a "requestId" of 1 to 200 characters',
        },
      ],
      [
        { v: 1, type: 'prompt', requestId: 'x', mesage: 'Hi' },
        { type: 'invalid_request', message: 'unknown key "mesage" in the frame; did you mean "message"?' },
      ],
      [
        { v: 1, type: 'ping', why: 1 },
        { type: 'invalid_request', message: 'unknown key "why" in a frame of type "ping"' },
      ],
      [
        { v: 1, type: 'abort', requestId: 'x' },
        { type: 'not_found', message: 'no request "x" is at work on this socket' },
      ],
      [
        { v: 1, type: 'prompt', requestId: 'x', message: 'break' },
        { type: 'model_failed', message: 'the model is broken' },
      ],
    ];
    for (const [frame, error] of refused) {
      talk.send(frame);
      const answer = await talk.next(({ type }) => type === 'error');
      expect(errorOf({ body: answer })).to.deep.include(error);
      expect(answer['requestId']).to.equal((frame as Frame)['requestId']);
    }
    talk.send({ v: 1, type: 'ping', requestId: 'p' });
    expect(await talk.next()).to.deep.equal({ v: 1, type: 'pong', requestId: 'p' });
    talk.socket.close();
  });

  it('refuses a second request of the same id while the first is at work', async () => {
    const talk = open('/agents/echo/one');
    talk.send({ v: 1, type: 'prompt', requestId: 'a', message: 'wait' });
    talk.send({ v: 1, type: 'prompt', requestId: 'a', message: 'again' });
    const frame = await talk.next(({ type }) => type === 'error');
    expect(errorOf({ body: frame })).to.deep.equal({
      type: 'conflict',
      message: 'request "a" is at work already',
    });
    world.open();
    expect((await talk.next(({ type }) => type === 'result'))['requestId']).to.equal('a');
    talk.socket.close();
  });

  it('is refused before it opens when its path, host or origin is wrong', async () => {
    const refused: readonly [string, Record<string, string>, number, string][] = [
      ['/', {}, 404, 'not_found'],
      ['/agents/echo', {}, 404, 'not_found'],
      ['/agents/echo/one/two', {}, 404, 'not_found'],
      ['/agents/nobody/one', {}, 404, 'agent_not_found'],
      ['/workflows/nothing', {}, 404, 'workflow_not_found'],
      ['/agents/echo/%00', {}, 400, 'invalid_request'],
      ['/agents/echo/one?session=a', {}, 400, 'invalid_request'],
      ['/workflows/plain?wait=result', {}, 400, 'invalid_request'],
      ['/agents/echo/one', { origin: 'https://evil.example' }, 403, 'forbidden'],
      ['/agents/echo/one', { host: 'evil.example' }, 403, 'forbidden'],
    ];
    for (const [path, headers, status, type] of refused) {
      const answer = await refusal(path, headers);
      expect([path, answer.status, errorOf(answer)['type']]).to.deep.equal([path, status, type]);
    }
    const own = open('/agents/echo/one', { origin: world.url });
    await own.next();
    own.socket.close();
  });

  it('closes for binary, oversized and malformed data, and the server lives', async () => {
    const binary = open('/agents/echo/one');
    await binary.next();
    binary.socket.send(Buffer.from('{}'));
    expect(await binary.closed).to.deep.equal([1003, 'frames are text']);
    const large = open('/agents/echo/one');
    await large.next();
    large.socket.send('x'.repeat(1024 * 1024 + 1));
    expect((await large.closed)[0]).to.equal(1009);
    const broken = open('/agents/echo/one');
    await broken.next();
    broken.socket.send(Buffer.from([0xff]), { binary: false });
    expect((await broken.closed)[0]).to.equal(1007);
    expect((await world.send('GET', '/health')).status).to.equal(200);
  });

  it('closes with 1001 when the server does, and what it asked goes on', async () => {
    const talk = open('/workflows/stall');
    talk.send({ v: 1, type: 'invoke', requestId: 'a' });
    const { runId } = await talk.next(({ type }) => type === 'started');
    await world.reached;
    await world.server.close();
    expect(await talk.closed).to.deep.equal([1001, 'the server is shutting down']);
    world.open();
    expect((await world.engine.runs.wait(runId as string)).state).to.equal('succeeded');
  });

  function open(path: string, headers: Record<string, string> = {}): Talk {
    return openTalk(world.url, path, headers);
  }

  function refusal(path: string, headers: Record<string, string>): Promise<{ status: number; body: Frame }> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(world.url.replace('http', 'ws') + path, { headers });
      socket.on('open', () => reject(new Error(`${path} opened`)));
      socket.on('error', () => undefined);
      socket.on('unexpected-response', (_request, response) => {
        let text = '';
        response.on('data', (data: Buffer) => (text += data.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Frame }),
        );
      });
    });
  }
});
