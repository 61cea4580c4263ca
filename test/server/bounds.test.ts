import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { errorOf, startWorld, type Answer, type World } from './world.ts';

describe('a server with bounds', () => {
  const worlds: World[] = [];
  const start = async (...given: Parameters<typeof startWorld>): Promise<World> => {
    const world = await startWorld(...given);
    worlds.push(world);
    return world;
  };
  afterEach(async () => {
    for (const world of worlds.splice(0)) await world.close();
  });

  it('answers so many requests of one address in a time, and tells the others when to come again', async () => {
    const world = await start({}, { requests: 50, perMs: 60_000 });
    const answers = await Promise.all(new Array(200).fill(0).map(() => world.send('GET', '/workflows')));
    const byStatus = (status: number): Answer[] => answers.filter((answer) => answer.status === status);
    expect([byStatus(200).length, byStatus(429).length]).to.deep.equal([50, 150]);
    const [refused] = byStatus(429);
    if (refused === undefined) throw new Error('nothing was refused');
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).to.be.within(1, 60);
    expect(errorOf(refused)).to.deep.equal({
      type: 'too_many_requests',
      message: `more than 50 requests within 60 s; try again in ${seconds} s`,
      details: { retryAfterSeconds: seconds },
    });
    const rate = ({ headers }: Answer): (string | null)[] =>
      ['limit', 'remaining', 'policy'].map((name) => headers.get(`ratelimit-${name}`));
    expect(rate(refused)).to.deep.equal(['50', '0', '50;w=60']);
    const remaining = byStatus(200).map(({ headers }) => Number(headers.get('ratelimit-remaining')));
    expect(remaining.toSorted((a, b) => a - b)).to.deep.equal([...new Array(50).keys()]);
    expect((await world.send('GET', '/health')).status).to.equal(200);
  });

  it('counts by who has signed in, not by address, and who cannot sign in by address', async () => {
    const world = await start(
      {
        callerOf: ({ headers }) => {
          const id = headers['x-user']?.toString();
          return id === undefined ? undefined : { id };
        },
      },
      { requests: 2, perMs: 60_000 },
    );
    const ask = async (user?: string): Promise<number> =>
      (await world.send('GET', '/workflows', undefined, user === undefined ? {} : { 'x-user': user })).status;
    expect([await ask('ada'), await ask('ada'), await ask('ada')]).to.deep.equal([200, 200, 429]);
    expect([await ask('bob'), await ask('bob'), await ask('bob')]).to.deep.equal([200, 200, 429]);
    expect([await ask(), await ask(), await ask()]).to.deep.equal([401, 401, 429]);
  });

  it('counts streams, sockets and what is asked over them', async () => {
    const world = await start({}, { requests: 4, perMs: 60_000 });
    const stream = await fetch(`${world.url}/workflows/plain`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: '{}',
    });
    await stream.text();
    const socket = open(world, '/workflows/plain');
    const frames = read(socket);
    await frames((frame) => frame['type'] === 'ready');
    for (const requestId of ['a', 'b', 'c'])
      socket.send(JSON.stringify({ v: 1, type: 'invoke', requestId, input: {} }));
    await frames((frame) => frame['type'] === 'result');
    const refused = await frames((frame) => frame['type'] === 'error');
    expect(refused['requestId']).to.equal('c');
    expect(errorOf({ body: refused })).to.deep.include({ type: 'too_many_requests' });
    socket.close();
    expect(await statusOf(open(world, '/workflows/plain'))).to.equal(429);
  });

  it('works on so many prompts and runs at a time, and still answers other questions', async () => {
    const world = await start({}, { concurrency: 4 });
    const prompts = new Array(20)
      .fill(0)
      .map((_, at) => world.send('POST', `/agents/echo/${at}`, { message: 'wait' }));
    const early: Answer[] = [];
    await new Promise<void>((resolve) => {
      for (const prompt of prompts)
        void prompt.then((answer) => {
          if (early.push(answer) === 16) resolve();
        });
    });
    expect((await world.send('GET', '/agents')).status).to.equal(200);
    const socket = open(world, '/agents/echo/socket');
    const frames = read(socket);
    await frames((frame) => frame['type'] === 'ready');
    socket.send(JSON.stringify({ v: 1, type: 'prompt', requestId: 'a', message: 'Hi' }));
    expect(errorOf({ body: await frames((frame) => frame['type'] === 'error') })).to.deep.equal({
      type: 'too_many_requests',
      message: '4 requests are worked on already; try again soon',
    });
    socket.close();
    world.open();
    const statuses = (await Promise.all(prompts)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200).length).to.equal(4);
    expect(statuses.filter((status) => status === 429).length).to.equal(16);
    expect(new Set(early.slice(0, 16).map(({ headers }) => headers.get('retry-after')))).to.deep.equal(
      new Set(['1']),
    );
    expect((await world.send('POST', '/agents/echo/last', { message: 'Hi' })).status).to.equal(200);
  });

  it('counts skills and tasks too, and holds no place for callers who have left', async () => {
    const world = await start({}, { concurrency: 1 });
    const statuses = async (): Promise<number[]> => {
      const answers = [
        await world.send('POST', '/agents/echo/other', { message: 'Hi' }),
        await world.send('POST', '/agents/echo/other/tasks', { prompt: 'Hi' }),
        await world.send('POST', '/agents/echo/other/skills/none', {}),
      ];
      return answers.map(({ status }) => status);
    };
    const frees = async (): Promise<void> => {
      while ((await world.send('POST', '/agents/echo/other', { message: 'Hi' })).status === 429)
        await new Promise(setImmediate);
    };

    const leave = new AbortController();
    const asked = fetch(`${world.url}/agents/echo/one`, {
      ...{ method: 'POST', signal: leave.signal, body: JSON.stringify({ message: 'wait' }) },
      headers: { 'content-type': 'application/json' },
    }).catch(() => undefined);
    await world.reached;
    expect(await statuses()).to.deep.equal([429, 429, 429]);
    leave.abort();
    await asked;
    await frees();

    const socket = open(world, '/agents/echo/two');
    const frames = read(socket);
    await frames((frame) => frame['type'] === 'ready');
    const prompt = { v: 1, type: 'prompt', requestId: '1', message: 'wait' };
    socket.send(JSON.stringify(prompt));
    await frames((frame) => frame['type'] === 'started');
    expect(await statuses()).to.deep.equal([429, 429, 429]);
    socket.send(JSON.stringify({ v: 1, type: 'unsubscribe', requestId: '1' }));
    await frames((frame) => frame['type'] === 'unsubscribed');
    expect(await statuses()).to.deep.equal([200, 200, 404]);
    socket.send(JSON.stringify({ ...prompt, session: 'more' }));
    await frames((frame) => frame['type'] === 'started');
    socket.close();
    await once(socket, 'close');
    await frees();
    world.open();
    for (const { submissionId } of await world.engine.submissions.list({ limit: 100 }))
      expect((await world.engine.submissions.wait(submissionId)).state).to.equal('succeeded');
  });

  it('keeps so many streams and sockets open, and lets others in when they close', async () => {
    const world = await start({}, { connections: 2 });
    const { runId } = (await world.send('POST', '/workflows/stall', {})).body as { runId: string };
    const leave = new AbortController();
    const stream = await fetch(`${world.url}/runs/${runId}/stream`, { signal: leave.signal });
    const socket = open(world, '/agents/echo/one');
    await once(socket, 'open');
    const refused = await world.send('GET', `/runs/${runId}/stream`);
    expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([503, '1']);
    expect(errorOf(refused)).to.deep.equal({
      type: 'too_many_connections',
      message: '2 streams and sockets are open already; try again later',
    });
    expect(await statusOf(open(world, '/agents/echo/two'))).to.equal(503);
    socket.close();
    await once(socket, 'close');
    leave.abort();
    await stream.text().catch(() => undefined);
    // A place is free when the server has seen who had it go.
    let again = open(world, '/agents/echo/two');
    while (!(await opens(again))) again = open(world, '/agents/echo/two');
    again.close();
    world.open();
  });

  it('believes what a proxy says of the client only where it trusts it', async () => {
    const ask = async (world: World, forwarded: string): Promise<number> =>
      (await world.send('GET', '/workflows', undefined, { 'x-forwarded-for': forwarded })).status;
    const limits = { requests: 1, perMs: 60_000 };
    const closed = await start({}, limits);
    expect([await ask(closed, '192.0.2.1'), await ask(closed, '192.0.2.2')]).to.deep.equal([200, 429]);
    const other = await start({}, { ...limits, trustProxy: ['10.0.0.0/8'] });
    expect([await ask(other, '192.0.2.1'), await ask(other, '192.0.2.2')]).to.deep.equal([200, 429]);
    const trusting = await start({}, { ...limits, trustProxy: ['127.0.0.0/8', '10.0.0.7'] });
    expect(await ask(trusting, '192.0.2.1')).to.equal(200);
    expect(await ask(trusting, '192.0.2.2, 10.0.0.7')).to.equal(200);
    expect(await ask(trusting, '203.0.113.9, 192.0.2.2')).to.equal(429);
    expect(await ask(trusting, '192.0.2.2, 10.0.0.7, 127.0.0.1')).to.equal(429);
    expect(await ask(trusting, '2001:db8:0:1::1')).to.equal(200);
    expect(await ask(trusting, '[2001:db8::1:ffff:ffff:ffff:ffff]:443')).to.equal(429);
  });

  it('takes neither method nor address from a header', async () => {
    const world = await start({}, { trustProxy: true });
    const headers = {
      'x-http-method-override': 'GET',
      'x-original-url': '/health',
      'x-rewrite-url': '/health',
    };
    expect((await world.send('PATCH', '/workflows', undefined, headers)).status).to.equal(405);
    expect((await world.send('GET', '/nope', undefined, headers)).status).to.equal(404);
  });
});

type Frame = Record<string, unknown>;

function open({ url }: World, path: string): WebSocket {
  const socket = new WebSocket(url.replace('http', 'ws') + path);
  socket.on('error', () => undefined);
  return socket;
}

/** The next frame that holds. */
function read(socket: WebSocket): (holds: (frame: Frame) => boolean) => Promise<Frame> {
  const frames: Frame[] = [];
  let arrived: () => void = () => undefined;
  socket.on('message', (data: Buffer) => {
    frames.push(JSON.parse(data.toString('utf8')) as Frame);
    arrived();
  });
  return async (holds) => {
    for (;;) {
      const place = frames.findIndex(holds);
      const [frame] = place === -1 ? [] : frames.splice(place, 1);
      if (frame !== undefined) return frame;
      await new Promise<void>((resolve) => (arrived = resolve));
    }
  };
}

/** Whether a socket came to be; false when the server refused it. */
function opens(socket: WebSocket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once('open', () => resolve(true));
    socket.once('unexpected-response', () => {
      socket.terminate();
      resolve(false);
    });
  });
}

async function statusOf(socket: WebSocket): Promise<number | undefined> {
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode?: number }];
  socket.terminate();
  return response.statusCode;
}
