import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import Koa from 'koa';
import { WebSocket } from 'ws';
import { createClient } from '../../engine/client/index.ts';
import type { JsonSchema } from '../../engine/core/json.ts';
import { createHttpServer as createServerOf, type Timeouts } from '../../engine/server/http/http-server.ts';
import { createServer, route, type Server } from '../../engine/server/index.ts';
import { errorOf, startWorld, type World } from './world.ts';

describe('a server inside another app', () => {
  let world: World;
  const open: { close(): unknown }[] = [];
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
    await world.close();
  });

  const host = async (http: HttpServer): Promise<string> => {
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    open.push({
      close: () => {
        http.closeAllConnections();
        http.close();
      },
    });
    return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  };
  const mounted = (basePath: string, more: object = {}): Server => {
    const server = createServer(world.engine, { basePath, log: () => undefined, ...more });
    open.push(server);
    return server;
  };
  const post = (url: string, body: object): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  const hello = route({
    ...{ method: 'GET', path: '/hello', operation: 'hello', access: 'public', summary: 'Greets.' },
    answers: { 200: { description: 'A greeting.', schema: () => ({}) } },
    handle: () => Promise.resolve({ status: 200, body: {} }),
  });

  it('answers nothing but that it lives once the engine is closed, as a failure of its own form', async () => {
    const app = new Koa();
    const own = mounted('/engine', { routes: [hello] });
    app.use(own.middleware());
    const answer = app.callback();
    const http = createHttpServer((request, response) => void answer(request, response));
    own.attach(http);
    const url = await host(http);
    const paths = [
      ...['/ready', '/metrics', '/agents', '/agents/echo', '/workflows', '/runs', '/schedules', '/channels'],
      ...['/admin/status', '/openapi.json', '/docs', '/submissions', '/agents/echo/a/sessions'],
    ];
    for (const path of paths) expect((await fetch(`${url}/engine${path}`)).status, path).to.equal(200);
    await world.engine.close();
    for (const path of paths) {
      const response = await fetch(`${url}/engine${path}`);
      const body = (await response.json()) as Record<string, unknown>;
      expect([response.status, errorOf({ body })], path).to.deep.equal([
        503,
        { type: 'shutting_down', message: 'the engine is closed' },
      ]);
    }
    const asked = await post(`${url}/engine/agents/echo/a`, { message: 'Hi' });
    expect(asked.status).to.equal(503);
    const socket = new WebSocket(`${url.replace('http', 'ws')}/engine/agents/echo/a`);
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).to.contain('503');
    for (const path of ['/health', '/hello'])
      expect((await fetch(`${url}/engine${path}`)).status, path).to.equal(200);
  });

  it('refuses options that it could not keep', () => {
    const faultOf = (options: object, engine: unknown = world.engine): string => {
      try {
        createServer(engine as World['engine'], options);
        return '';
      } catch (thrown) {
        return thrown instanceof Error ? thrown.message : '';
      }
    };
    expect(faultOf({ prot: 0 })).to.equal(
      'unknown key "prot" in options of createServer; did you mean "port"?',
    );
    expect(faultOf({ port: '8000' })).to.contain('"port" must be a whole number from 0 to 65535');
    expect(faultOf({ basePath: 'engine' })).to.contain('"basePath" must be a path, such as "/engine"');
    expect(faultOf({ callerOf: {} })).to.contain('"callerOf" must be a function');
    expect(faultOf({ timeouts: { headerMs: 5 } })).to.equal(
      'unknown key "headerMs" in "timeouts" of createServer; did you mean "headersMs"?',
    );
    for (const ms of ['5', 0.5, -1, Number.NaN, Infinity, 2 ** 31])
      expect(faultOf({ timeouts: { requestMs: ms } })).to.contain('"requestMs" must be milliseconds, 1 to');
    expect(faultOf({ timeouts: { headersMs: 2_000, requestMs: 1_000 } })).to.contain(
      '"headersMs" must not be more than "requestMs"',
    );
    for (const timeouts of [
      { requestMs: 0 },
      { headersMs: 0 },
      { idleMs: 0 },
      { headersMs: 90_000, requestMs: 0 },
    ])
      expect(faultOf({ timeouts }), JSON.stringify(timeouts)).to.equal('');
    expect(faultOf({}, Promise.resolve(world.engine))).to.contain('got a promise; await it');
    expect(faultOf({ basePath: '', host: undefined })).to.equal('');
  });

  it('lets headers take no longer than the whole request', async () => {
    const server = createServer(world.engine, { port: 0, timeouts: { requestMs: 5_000 } });
    const { url } = await server.listen();
    expect((await fetch(`${url}/health`)).status).to.equal(200);
    await server.close();
  });

  it('hands times on as they are: 0 is no limit, and leaves headers theirs', () => {
    const timesOf = (timeouts: Timeouts): readonly number[] => {
      const nothing = (): void => undefined;
      const report = (): never => {
        throw new Error('nothing is asked');
      };
      const http = createServerOf(timeouts, nothing, nothing, report);
      return [http.headersTimeout, http.requestTimeout, http.keepAliveTimeout];
    };
    expect(timesOf({})).to.deep.equal([10_000, 60_000, 5_000]);
    expect(timesOf({ requestMs: 0 })).to.deep.equal([10_000, 0, 5_000]);
    expect(timesOf({ headersMs: 0 })).to.deep.equal([0, 60_000, 5_000]);
    expect(timesOf({ requestMs: 0, headersMs: 0, idleMs: 0 })).to.deep.equal([0, 0, 0]);
  });

  it('serves where nothing has a limit', async () => {
    const timeouts = { requestMs: 0, headersMs: 0, idleMs: 0 };
    const server = createServer(world.engine, { port: 0, timeouts });
    const { url } = await server.listen();
    expect((await fetch(`${url}/health`)).status).to.equal(200);
    await server.close();
  });

  it('lets routes of the app read what they like, and finds those with a parameter inside a segment', async () => {
    const schema = (): JsonSchema => ({});
    const own = { access: 'public', summary: 'Of the app.' } as const;
    const server = createServer(world.engine, {
      port: 0,
      routes: [
        route({
          ...own,
          ...{ method: 'GET', path: '/files-:id', operation: 'file' },
          answers: { 200: { description: 'A file.', schema } },
          handle: async ({ params }) => ({ status: 200, body: params }),
        }),
        route({
          ...own,
          ...{ method: 'POST', path: '/orders', operation: 'order' },
          answers: { 202: { description: 'Ordered.', schema } },
          handle: async ({ body, idempotencyKey }) => ({
            status: 202,
            body: { body: body ?? null, key: idempotencyKey ?? null },
          }),
        }),
      ],
    });
    open.push(server);
    const { url } = await server.listen();
    expect(await (await fetch(`${url}/files-5`)).json()).to.deep.equal({ id: '5' });
    const ordered = await fetch(`${url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'k' },
      body: '{"cups":2}',
    });
    expect(ordered.status).to.equal(202);
    expect(await ordered.json()).to.deep.equal({ body: { cups: 2 }, key: 'k' });
  });

  it('answers under its path, and lets the app have the rest', async () => {
    const app = new Koa();
    const seen: string[] = [];
    app.use(async (context, next) => {
      context.state['caller'] = 'of the app';
      await next();
      seen.push(`${context.url} ${context.status} ${String(context.state['caller'])}`);
    });
    app.use(mounted('/engine').middleware());
    app.use((context) => {
      context.body = `the app at ${context.path}`;
    });
    const url = await host(httpOf(app));

    expect(await (await fetch(`${url}/engines`)).text()).to.equal('the app at /engines');
    const lost = await fetch(`${url}/engine/nope`);
    expect(lost.status).to.equal(404);
    expect(errorOf({ body: (await lost.json()) as Record<string, unknown> })).to.deep.equal({
      type: 'not_found',
      message: 'there is nothing at "/engine/nope"; see "/engine/openapi.json"',
    });
    const started = await post(`${url}/engine/workflows/plain`, {});
    const { runId } = (await started.json()) as { runId: string };
    expect(started.headers.get('location')).to.equal(`/engine/runs/${encodeURIComponent(runId)}`);
    expect((await fetch(url + (started.headers.get('location') ?? ''))).status).to.equal(200);
    const { servers } = (await (await fetch(`${url}/engine/openapi.json`)).json()) as Record<string, unknown>;
    expect(servers).to.deep.equal([{ url: '/engine' }]);
    expect(seen.slice(0, 3)).to.deep.equal([
      '/engines 200 of the app',
      '/engine/nope 404 of the app',
      '/engine/workflows/plain 202 of the app',
    ]);
  });

  it('is served to clients under its path, streams and sockets too', async () => {
    const app = new Koa();
    const server = mounted('/deep/engine');
    app.use(server.middleware());
    const http = httpOf(app);
    server.attach(http);
    const url = await host(http);
    const client = createClient({ baseUrl: `${url}/deep/engine` });
    expect((await client.agents.invoke('echo', 'one', { message: 'Hi' })).text).to.equal('You said: Hi');
    const types: string[] = [];
    for await (const { type } of client.workflows.stream('plain', {})) types.push(type);
    expect(types.at(-1)).to.equal('run_end');
    const socket = await client.agents.connect('echo', 'one');
    expect((await socket.prompt('Ho')).text).to.equal('You said: Ho');
    socket.close();
  });

  it('is one of several, each with its own paths and sockets, and leaves the app its own', async () => {
    const other = await startWorld();
    open.push(other);
    const app = new Koa();
    const [first, second] = [
      mounted('/a'),
      createServer(other.engine, { basePath: '/b', log: () => undefined }),
    ];
    app.use(first.middleware()).use(second.middleware());
    const http = httpOf(app);
    first.attach(http);
    second.attach(http);
    const url = await host(http);
    await post(`${url}/a/workflows/plain`, {});
    const runsAt = async (path: string): Promise<number> =>
      ((await (await fetch(`${url}${path}/runs`)).json()) as { runs: unknown[] }).runs.length;
    expect([await runsAt('/a'), await runsAt('/b')]).to.deep.equal([1, 0]);

    const ready = async (path: string): Promise<string> => {
      const socket = new WebSocket(url.replace('http', 'ws') + path);
      socket.on('error', () => undefined);
      const told = await Promise.race([
        once(socket, 'message').then(([data]) => (data as Buffer).toString('utf8')),
        once(socket, 'unexpected-response').then(([, { statusCode }]) => String(statusCode)),
      ]);
      socket.terminate();
      return told;
    };
    expect(await ready('/a/agents/echo/one')).to.include('"ready"');
    expect(await ready('/b/agents/echo/one')).to.include('"ready"');
    expect(await ready('/agents/echo/one')).to.equal('404');
    await first.close();
    expect(await ready('/b/agents/echo/one')).to.include('"ready"');
    expect((await fetch(`${url}/a/ready`)).status).to.equal(503);
    expect((await fetch(`${url}/b/ready`)).status).to.equal(200);
    await second.close();
  });

  it('takes what the app has read of the body, with the same bounds', async () => {
    const app = new Koa();
    let read: (text: string) => { body?: unknown; rawBody?: unknown } = () => ({});
    app.use(async (context, next) => {
      const chunks: Buffer[] = [];
      for await (const chunk of context.req as AsyncIterable<Buffer>) chunks.push(chunk);
      Object.assign(context.request, read(Buffer.concat(chunks).toString('utf8')));
      await next();
    });
    app.use(mounted('/engine', { bodyBytes: 100 }).middleware());
    const url = `${await host(httpOf(app))}/engine/agents/echo/one`;
    const ways: (typeof read)[] = [
      (text) => ({ body: JSON.parse(text) }),
      (text) => ({ body: JSON.parse(text), rawBody: text }),
      (text) => ({ body: Buffer.from(text) }),
    ];
    for (const way of ways) {
      read = way;
      expect((await post(url, { message: 'Hi' })).status).to.equal(200);
      expect((await post(url, { message: 'x'.repeat(100) })).status).to.equal(413);
    }
    read = () => ({});
    const lost = await post(url, { message: 'Hi' });
    expect(lost.status).to.equal(500);
    expect(errorOf({ body: (await lost.json()) as Record<string, unknown> })['message']).to.match(
      /^the body was read before it came here; mount the engine before what reads bodies/,
    );
  });

  it('is a handler of node:http, and of apps that take its path off the address', async () => {
    const handler = mounted('/engine').handler();
    const url = await host(
      createHttpServer((request, response) => {
        const { url: originalUrl = '' } = request;
        if (originalUrl.startsWith('/engine'))
          Object.assign(request, { originalUrl, url: originalUrl.slice('/engine'.length) || '/' });
        handler(request, response, () => response.end('the app'));
      }),
    );
    expect(await (await fetch(`${url}/other`)).text()).to.equal('the app');
    expect((await post(`${url}/engine/workflows/plain`, {})).status).to.equal(202);

    const alone = await host(createHttpServer(mounted('/engine').handler()));
    expect((await fetch(`${alone}/other`)).status).to.equal(404);
    expect((await fetch(`${alone}/engine/health`)).status).to.equal(200);
  });

  it('takes the word of the app for who calls', async () => {
    const callerOf = ({
      headers,
    }: {
      readonly headers: Record<string, unknown>;
    }): { id: string } | undefined =>
      typeof headers['x-user'] === 'string' ? { id: headers['x-user'] } : undefined;
    const url = await host(createHttpServer(mounted('/engine', { callerOf }).handler()));
    const ask = async (path: string, user?: string): Promise<number> =>
      (await fetch(url + path, { headers: user === undefined ? {} : { 'x-user': user } })).status;
    expect(await ask('/engine/agents')).to.equal(401);
    expect(await ask('/engine/agents', 'ada')).to.equal(200);
    expect(await ask('/engine/health')).to.equal(200);
    const started = await fetch(`${url}/engine/workflows/plain`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-user': 'ada' },
      body: '{}',
    });
    const { runId } = (await started.json()) as { runId: string };
    expect(await ask(`/engine/runs/${encodeURIComponent(runId)}`, 'ada')).to.equal(200);
    expect(await ask(`/engine/runs/${encodeURIComponent(runId)}`, 'bob')).to.equal(404);
  });
});

function httpOf(app: Koa): HttpServer {
  const answer = app.callback();
  return createHttpServer((request, response) => void answer(request, response));
}
