import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { expect } from 'chai';
import {
  createClient,
  Problem,
  type Client,
  type ClientProblem,
  type EngineEvent,
} from '../../engine/client/index.ts';
import { createServer } from '../../engine/server/index.ts';
import { freePort } from '../fakes/free-port.ts';
import { startWorld, type World } from '../server/world.ts';

describe('the client', () => {
  let world: World;
  let client: Client;
  beforeEach(async () => {
    // Nobody else has its port when it is closed.
    world = await startWorld({ port: await freePort() });
    client = world.client();
  });
  afterEach(() => world.close());

  it('asks for health and lists', async () => {
    expect(await client.health()).to.deep.equal({ status: 'ok' });
    expect((await client.agents.list()).map(({ name }) => name)).to.deep.equal(['counter', 'echo']);
    expect((await client.workflows.list()).map(({ name }) => name)).to.deep.equal([
      'greet',
      'plain',
      'refuse',
      'signed',
      'stall',
    ]);
  });

  it('talks to instances of any name', async () => {
    for (const id of ['a/b', 'ä ö', '100%', '?#', 'a:b']) {
      expect((await client.agents.invoke('echo', id, { message: 'Hi', session: 's/1' })).text).to.equal(
        'You said: Hi',
      );
      expect(await client.agents.history('echo', id, 's/1')).to.have.length(2);
    }
    for (const id of ['..', '.', '']) {
      const problem = await problemOf(() => client.agents.invoke('echo', id, { message: 'Hi' }));
      expect(problem?.code).to.equal('invalid_request');
    }
  });

  it('throws the problems of the server with their ref', async () => {
    const problem = await problemOf(() => client.agents.invoke('counter', 'one', { input: { count: 'x' } }));
    expect(problem).to.be.instanceOf(Problem);
    expect(problem).to.deep.include({ code: 'invalid_input', status: 400 });
    expect(problem?.details).to.deep.equal({
      faults: [{ pointer: '/count', message: 'must be integer, got string "x"' }],
    });
    expect(problem?.ref).to.equal(world.log[0]?.ref);
  });

  it('streams a prompt, and throws the problem of a failing one after its end', async () => {
    expect(
      (await all(client.agents.stream('echo', 'one', { message: 'Hi' }))).map(({ type }) => type),
    ).to.deep.equal([
      'operation_start',
      'turn_start',
      'text_delta',
      'turn_end',
      'operation_end',
      'submission_end',
    ]);
    const types: string[] = [];
    const problem = await problemOf(async () => {
      for await (const { type } of client.agents.stream('echo', 'one', { message: 'break' }))
        types.push(type);
    });
    expect(types.at(-1)).to.equal('submission_end');
    expect(problem?.code).to.equal('model_failed');
    expect((await problemOf(() => all(client.agents.stream('echo', 'one', {}))))?.code).to.equal(
      'invalid_input',
    );
  });

  it('aborts a session, and its own calls', async () => {
    const prompt = problemOf(() => client.agents.invoke('echo', 'one', { message: 'wait' }));
    await world.reached;
    expect(await client.agents.abort('echo', 'one')).to.equal(true);
    expect((await prompt)?.code).to.equal('aborted');
    const signal = AbortSignal.abort();
    expect((await problemOf(() => client.health({ signal })))?.code).to.equal('aborted');
    expect((await problemOf(() => all(client.runs.stream('x', { signal }))))?.code).to.equal('aborted');
  });

  it('starts runs, waits for them, reads and cancels them', async () => {
    const { output, runId } = await client.workflows.invoke('greet', { name: 'Ada' }, { wait: true });
    expect(output).to.deep.equal({ greeting: 'You said: Greet Ada' });
    expect(await client.runs.get(runId)).to.deep.include({ runId, state: 'succeeded' });
    const { events, nextAfter } = await client.runs.events(runId, { after: 1, types: ['run_end'] });
    expect(events.map(({ index }) => index)).to.deep.equal([nextAfter]);
    expect(
      (await client.runs.list({ workflow: 'greet', state: ['succeeded', 'failed'], limit: 5 })).runs,
    ).to.have.length(1);

    const failed = await problemOf(() => client.workflows.invoke('refuse', {}, { wait: true }));
    expect(failed?.code).to.equal('not_today');

    const receipt = await client.workflows.invoke('stall');
    expect(receipt.state).to.equal('running');
    await world.reached;
    expect(await client.runs.cancel(receipt.runId)).to.equal(true);
    expect((await all(client.runs.stream(receipt.runId))).at(-1)?.type).to.equal('run_end');
    expect(await client.runs.cancel(receipt.runId)).to.equal(false);
  });

  it('streams a run to its end', async () => {
    const events = await all(client.workflows.stream('greet', { name: 'Ada' }));
    expect(events[0]?.type).to.equal('run_start');
    expect(events.at(-1)?.type).to.equal('run_end');
    const runId = events[0]?.executionId ?? '';
    expect(await all(client.runs.stream(runId))).to.deep.equal(events.filter(({ index }) => index > 0));
    const last = events.at(-1)?.index ?? 0;
    expect(await all(client.runs.stream(runId, { after: last }))).to.deep.equal([]);
  });

  it('comes back to the stream of a run when the server restarts', async () => {
    const events: EngineEvent[] = [];
    const stream = client.workflows.stream('stall')[Symbol.asyncIterator]();
    const first = await stream.next();
    if (first.done !== true) events.push(first.value);
    await world.reached;
    await world.server.close();
    const again = createServer(world.engine, { port: Number(new URL(world.url).port), log: () => undefined });
    await again.listen();
    world.open();
    for (let next = await stream.next(); next.done !== true; next = await stream.next())
      events.push(next.value);
    const stored = events.filter(({ index }) => index > 0).map(({ index }) => index);
    expect(stored).to.deep.equal(stored.map((_, index) => index + 1));
    expect(events.at(-1)?.type).to.equal('run_end');
    await again.close();
  });

  it('talks to an agent over a socket', async () => {
    const connection = await client.agents.connect('echo', 'a/b');
    expect(await connection.prompt('Hi')).to.deep.include({ text: 'You said: Hi' });
    expect((await all(connection.stream('Hi'))).at(-1)?.type).to.equal('submission_end');
    expect((await problemOf(() => connection.prompt('break')))?.code).to.equal('model_failed');
    const abort = new AbortController();
    const aborted = problemOf(() => connection.prompt('wait', { signal: abort.signal }));
    await world.reached;
    abort.abort();
    expect((await aborted)?.code).to.equal('aborted');
    const left = problemOf(() => connection.prompt('wait', { session: 'other' }));
    connection.close();
    expect((await left)?.code).to.equal('aborted');
    expect((await problemOf(() => connection.prompt('Hi')))?.code).to.equal('aborted');
  });

  it('runs a workflow over a socket', async () => {
    const connection = await client.workflows.connect('greet');
    const { output } = await connection.invoke({ name: 'Ada' });
    expect(output).to.deep.equal({ greeting: 'You said: Greet Ada' });
    expect((await problemOf(() => connection.invoke({ nome: 'Ada' })))?.code).to.equal('invalid_input');
    connection.close();
  });

  it('uses the WebSocket and fetch it is given', async () => {
    const { WebSocket } = await import('ws');
    const opened: string[] = [];
    class Counted extends WebSocket {
      constructor(url: string) {
        super(url);
        opened.push(url);
      }
    }
    const asked: string[] = [];
    const own = world.client({
      webSocket: Counted,
      headers: { 'x-test': 'yes' },
      fetch: (url, init) => {
        asked.push(`${String(url)} ${JSON.stringify(init?.headers)}`);
        return fetch(url, init);
      },
    });
    const connection = await own.agents.connect('echo', 'one');
    connection.close();
    await own.health();
    expect(opened).to.deep.equal([`${world.url.replace('http', 'ws')}/agents/echo/one`]);
    expect(asked).to.deep.equal([`${world.url}/health {"x-test":"yes"}`]);
  });

  it('says when there is no server, a strange one, or a late one', async () => {
    const strange = createHttpServer((request, response) => {
      if (request.url === '/health') response.writeHead(502).end('<html>bad gateway</html>');
    });
    const baseUrl = await urlOf(strange);
    const own = createClient({ baseUrl, retry: false });
    const odd = await problemOf(() => own.health());
    expect(odd).to.deep.include({ code: 'server_unreachable' });
    expect(odd?.message).to.equal(`"${baseUrl}/health" answered 502, and not in the way of this engine`);
    expect((await problemOf(() => own.agents.list({ timeoutMs: 30 })))?.toData()).to.deep.equal({
      type: 'timeout',
      message: 'no answer within 30 ms',
    });
    strange.closeAllConnections();
    await new Promise((resolve) => strange.close(resolve));
    expect((await problemOf(() => own.health()))?.code).to.equal('server_unreachable');
    expect((await problemOf(() => own.agents.connect('echo', 'one')))?.code).to.equal('server_unreachable');
  });
});

async function all(events: AsyncIterable<EngineEvent>): Promise<EngineEvent[]> {
  const list: EngineEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

async function problemOf(work: () => Promise<unknown>): Promise<ClientProblem | undefined> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    return thrown as ClientProblem;
  }
}

async function urlOf(server: HttpServer): Promise<string> {
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return `http://127.0.0.1:${port}`;
}
