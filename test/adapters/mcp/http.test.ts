import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { JsonObject } from '../../../engine/core/json.ts';
import { failureOf } from '../../engine/kit.ts';
import { closeWorlds, httpServer, until, valueOf, worldOf } from './world.ts';

/** A request with its JSON. */
interface Asked {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: JsonObject;
}

type Act = (asked: Asked, response: ServerResponse) => unknown;

describe('an MCP server over HTTP', () => {
  const servers: Server[] = [];

  afterEach(closeWorlds);
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('gets the headers of its settings with every request, and nothing of others', async () => {
    const asked: Asked[] = [];
    const url = await listen((one, response) => {
      asked.push(one);
      return answer(one, response);
    });
    const world = worldOf({ KEY: 'a-very-long-key', OTHER: 'not for this one' });
    const server = httpServer(url, {
      headers: { authorization: valueOf("${{ 'Bearer ' + secrets.KEY }}"), 'x-shop': valueOf('one') },
      secrets: ['KEY'],
    });
    expect(await world.call(server, 'echo', { text: 'hi' })).to.equal('echo');
    expect(asked.length).to.be.greaterThan(3);
    for (const { headers } of asked) {
      expect(headers).to.include({ authorization: 'Bearer a-very-long-key', 'x-shop': 'one' });
      expect(Object.keys(headers).filter((name) => /cookie|forwarded|^x-(?!shop)/.test(name))).to.deep.equal(
        [],
      );
      expect(JSON.stringify(headers)).to.not.include('not for this one');
    }
  });

  it('does not get them at another origin that it leads to', async () => {
    let reached = 0;
    const other = await listen((one, response) => {
      reached += 1;
      return answer(one, response);
    });
    const url = await listen((_one, response) => response.writeHead(307, { location: other }).end());
    const server = httpServer(url, { headers: { 'x-key': valueOf('secret') } });
    expect((await failureOf(worldOf().tools(server))).type).to.equal('mcp_unavailable');
    expect(reached).to.equal(0);
  });

  it('that asks for a login is not available: no address of it is opened', async () => {
    const asked: string[] = [];
    const url = await listen((one, response) => {
      asked.push(one.method);
      response.writeHead(401, {
        'www-authenticate':
          'Bearer resource_metadata="file:///etc/passwd", authorization_uri="javascript:alert(1)"',
      });
      response.end();
    });
    const failure = await failureOf(worldOf().tools(httpServer(url)));
    expect(failure).to.deep.equal({
      type: 'mcp_unavailable',
      message:
        'MCP server "shop" is not available: it refuses access (status 401); give what it asks for under "headers", from a secret',
    });
    expect(asked).to.deep.equal(['POST']);
  });

  it('that forgot the session is greeted again, and the call made', async () => {
    let greeted = 0;
    const url = await listen((one, response) => {
      if (one.body['method'] === 'initialize') {
        greeted += 1;
        response.setHeader('mcp-session-id', `session-${greeted}`);
      } else if (greeted === 1 && one.body['method'] === 'tools/call') return response.writeHead(404).end();
      return answer(one, response);
    });
    expect(await worldOf().call(httpServer(url), 'echo')).to.equal('echo');
    expect(greeted).to.equal(2);
  });

  it('that answers with 50 MB, as JSON or as a stream, fails the call', async () => {
    for (const type of ['application/json', 'text/event-stream']) {
      const url = await listen((one, response) => {
        if (one.body['method'] !== 'tools/call') return answer(one, response);
        response.writeHead(200, { 'content-type': type });
        if (type === 'text/event-stream') response.write('data: ');
        response.write(
          `{"jsonrpc":"2.0","id":${String(one.body['id'])},"result":{"content":[{"type":"text","text":"`,
        );
        return response.end('x'.repeat(50 * 1024 * 1024));
      });
      const before = process.memoryUsage().rss;
      const failure = await failureOf(worldOf().call(httpServer(url, { timeoutMs: 4_000 }), 'echo'));
      expect(failure.type).to.be.oneOf(['mcp_unavailable', 'timeout']);
      expect(process.memoryUsage().rss - before).to.be.lessThan(400 * 1024 * 1024);
    }
  });

  it('that is not there, or never answers, is given up', async () => {
    const { tools } = worldOf();
    const gone = await failureOf(tools(httpServer('http://127.0.0.1:1/mcp')));
    expect(gone.type).to.equal('mcp_unavailable');
    const url = await listen(() => undefined);
    const mute = await failureOf(tools(httpServer(url, { connectTimeoutMs: 200 })));
    expect(mute.type).to.equal('mcp_unavailable');
    const sse = await failureOf(tools(httpServer(url, { type: 'sse', connectTimeoutMs: 200 })));
    expect(sse.type).to.equal('mcp_unavailable');
  });

  it('that comes back later is used then', async () => {
    let isOpen = false;
    const url = await listen((one, response) =>
      isOpen ? answer(one, response) : response.writeHead(503).end(),
    );
    const { call } = worldOf();
    expect((await failureOf(call(httpServer(url), 'echo'))).type).to.equal('mcp_unavailable');
    isOpen = true;
    expect(await call(httpServer(url), 'echo')).to.equal('echo');
  });

  it('is told when a call is aborted', async () => {
    const methods: unknown[] = [];
    const url = await listen((one, response) => {
      methods.push(one.body['method']);
      return one.body['method'] === 'tools/call' ? undefined : answer(one, response);
    });
    const controller = new AbortController();
    const work = worldOf().call(httpServer(url), 'echo', {}, controller.signal);
    await until(() => methods.includes('tools/call'));
    controller.abort();
    expect((await failureOf(work)).type).to.equal('aborted');
    await until(() => methods.includes('notifications/cancelled'));
  });

  async function listen(act: Act): Promise<string> {
    const server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      response.on('error', () => undefined);
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const text = Buffer.concat(pieces).toString();
        const body = text === '' ? {} : (JSON.parse(text) as JsonObject);
        act({ method: request.method ?? '', headers: request.headers, body }, response);
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  }
});

/** What a server that behaves answers. */
function answer({ method, body }: Asked, response: ServerResponse): unknown {
  if (method !== 'POST') return response.writeHead(405).end();
  const results: Record<string, unknown> = {
    initialize: {
      protocolVersion: '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 'plain', version: '1' },
    },
    'tools/list': { tools: [{ name: 'echo', description: 'Echoes.', inputSchema: { type: 'object' } }] },
    'tools/call': { content: [{ type: 'text', text: 'echo' }] },
  };
  if (body['id'] === undefined) return response.writeHead(202).end();
  response.setHeader('content-type', 'application/json');
  return response.end(
    JSON.stringify({ jsonrpc: '2.0', id: body['id'], result: results[String(body['method'])] }),
  );
}
