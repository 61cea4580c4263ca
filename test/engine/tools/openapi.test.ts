import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Json } from '../../../engine/core/json.ts';
import { closeEngines, engineOf, linesOf, type Answer, type Call } from '../kit.ts';

const document = (server: string): string => `openapi: 3.1.0
info: { title: Shop, version: '1' }
servers: [{ url: '${server}/{version}', variables: { version: { default: v1 } } }]
paths:
  /orders/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    get:
      operationId: orders.get
      summary: Reads an order.
      responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } } }
    put:
      operationId: orders.put
      parameters: [{ name: X-Reason, in: header, schema: { type: string } }]
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } }
      responses: { '204': { description: done } }
  /orders:
    get:
      operationId: listOrders
      parameters:
        - { name: page, in: query, schema: { type: integer } }
        - { name: tag, in: query, schema: { type: array, items: { type: string } } }
        - { name: ids, in: query, explode: false, schema: { type: array, items: { type: integer } } }
        - { name: by, in: query, style: deepObject, schema: { type: object } }
        - { name: raw, in: query, content: { application/json: { schema: { type: object } } } }
      responses: { '200': { description: ok } }
    post:
      operationId: makeOrder
      requestBody: { content: { application/x-www-form-urlencoded: { schema: { type: object } } } }
      responses: { '201': { description: made } }
components:
  schemas:
    Order: { type: object, required: [id], properties: { id: { type: string }, next: { $ref: '#/components/schemas/Order' } } }
`;

interface Seen {
  readonly line: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

describe('engine: tools that are operations of an API', function () {
  this.timeout(120_000);
  let server: Server;
  let url: string;
  let seen: Seen[];
  let answer: (line: string) => {
    readonly status?: number;
    readonly json?: Json;
    readonly headers?: Record<string, string>;
  };

  beforeEach(async () => {
    seen = [];
    answer = () => ({ json: { id: '7' } });
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const line = `${request.method ?? ''} ${request.url ?? ''}`;
        seen.push({ line, headers: request.headers, body: Buffer.concat(chunks).toString() });
        const { status = 200, json, headers = {} } = line === 'GET /openapi.yaml' ? {} : answer(line);
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(
          line === 'GET /openapi.yaml' ? document(url) : json === undefined ? '' : JSON.stringify(json),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    await closeEngines();
    server.closeAllConnections();
    server.close();
  });

  const files = (tool: string): Record<string, string> => ({
    'engine.yaml': 'model: openai/gpt-5\nsecrets: { KEY: {} }\nenv: [SHOP]\n',
    'apis/shop.yaml': document(url),
    'src/tools/shop.yaml': `description: The shop.\ntype: openapi\nheaders: { authorization: '\${{ "Bearer " + secrets.KEY }}' }\nsecrets: [KEY]\n${tool}`,
    'src/agents/clerk.yaml': 'description: Serves.\ntools: [shop]\n',
  });

  async function answers(
    project: Record<string, string>,
    calls: readonly Call[],
  ): Promise<readonly string[]> {
    const { engine, models } = await engineOf(
      project,
      ({ messages }): Answer => {
        const next = calls[messages.filter(({ role }) => role === 'tool').length];
        return next === undefined ? 'done' : { calls: [next] };
      },
      { env: { KEY: 'key-123456', SHOP: url } },
    );
    const session = engine.agents.session('clerk', 'a');
    await session.prompt('Go');
    for (const { name } of models.requests[0]?.tools ?? []) expect(name).to.match(/^[A-Za-z0-9_-]{1,64}$/);
    const history = await session.history();
    return linesOf(history.filter(({ role }) => role === 'tool')).map((line) => line.replace('tool: ', ''));
  }

  it('are called with their parameters where the document says, and the headers of the tool', async () => {
    const got = await answers(files('document: apis/shop.yaml\n'), [
      { tool: 'shop__orders_get', input: { id: 'a/../b?c#d' } },
      { tool: 'shop__orders_put', input: { id: '7', 'X-Reason': 'late', body: { id: '7' } } },
      {
        tool: 'shop__listOrders',
        input: { page: 2, tag: ['a b', 'c&d'], ids: [1, 2], by: { date: 'asc' }, raw: { x: 1 } },
      },
      { tool: 'shop__makeOrder', input: { body: { item: 'tea & salt', count: 2 } } },
    ]);
    expect(got).to.have.length(4);
    expect(got[0]).to.equal('= {"id":"7"}');
    expect(seen.map(({ line }) => line)).to.deep.equal([
      'GET /v1/orders/a%2F..%2Fb%3Fc%23d',
      'PUT /v1/orders/7',
      'GET /v1/orders?page=2&tag=a+b&tag=c%26d&ids=1%2C2&by%5Bdate%5D=asc&raw=%7B%22x%22%3A1%7D',
      'POST /v1/orders',
    ]);
    expect(seen[1]?.headers).to.include({ 'x-reason': 'late', 'content-type': 'application/json' });
    expect(seen[1]?.body).to.equal('{"id":"7"}');
    expect(seen[3]?.body).to.equal('item=tea+%26+salt&count=2');
    for (const { headers } of seen) expect(headers['authorization']).to.equal('Bearer key-123456');
    expect(seen.map(({ headers }) => typeof headers['idempotency-key'])).to.deep.equal([
      'undefined',
      'string',
      'undefined',
      'string',
    ]);
  });

  it('arguments that the document does not know, and those that climb the path, are refused before anything is sent', async () => {
    const got = await answers(files('document: apis/shop.yaml\n'), [
      { tool: 'shop__orders_get', input: { id: '..' } },
      { tool: 'shop__orders_get', input: {} },
      { tool: 'shop__orders_get', input: { id: '7', more: 1 } },
      { tool: 'shop__orders_put', input: { id: '7', 'X-Reason': 'a\r\nX-Admin: 1', body: { id: '7' } } },
    ]);
    for (const line of got) expect(line).to.match(/^! /);
    expect(seen).to.deep.equal([]);
  });

  it('an answer that does not fit the document is a failure in words; one of the server is told with its status', async () => {
    answer = (line) =>
      line.startsWith('GET') ? { json: { id: 7 } } : { status: 409, json: { error: 'taken' } };
    const [misfit, refused] = await answers(files('document: apis/shop.yaml\n'), [
      { tool: 'shop__orders_get', input: { id: '7' } },
      { tool: 'shop__orders_put', input: { id: '7', body: { id: '7' } } },
    ]);
    expect(misfit).to.match(/^! "output of tool \\"shop__orders_get\\": .*id/);
    expect(refused).to.match(/^! "tool \\"shop__orders_put\\": the server answered 409/);
  });

  it('only those that are named are there; the address may come from the environment', async () => {
    const project = files(
      'document: apis/shop.yaml\noperations: [orders.get]\nbaseUrl: "{{env.SHOP}}/v9/"\n',
    );
    const got = await answers(project, [
      { tool: 'shop__orders_get', input: { id: '1' } },
      { tool: 'shop__listOrders', input: {} },
    ]);
    expect(got[0]).to.equal('= {"id":"7"}');
    expect(got[1]).to.contain('no tool \\"shop__listOrders\\"');
    expect(seen.map(({ line }) => line)).to.deep.equal(['GET /v9/orders/1']);
  });

  it('a document behind an address is fetched when the tool is used', async () => {
    const project = files(`document: ${url}/openapi.yaml\noperations: [orders.get]\n`);
    const got = await answers(project, [
      { tool: 'shop__orders_get', input: { id: '1' } },
      { tool: 'shop__orders_get', input: { nothing: true } },
    ]);
    expect(got[0]).to.equal('= {"id":"7"}');
    expect(got[1]).to.match(/^! "invalid input: /);
    expect(seen.map(({ line }) => line)).to.deep.equal(['GET /openapi.yaml', 'GET /v1/orders/1']);
  });

  it('a redirect to another host of this machine is not followed, and no secret leaves', async () => {
    const other = createServer((_request, response) => response.end('{}'));
    let contacted = 0;
    other.on('connection', () => (contacted += 1));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    answer = () => ({ status: 302, headers: { location: `http://localhost:${port}/x` } });
    const [refused] = await answers(files('document: apis/shop.yaml\n'), [
      { tool: 'shop__orders_get', input: { id: '7' } },
    ]);
    other.close();
    expect(refused).to.contain('is private or local');
    expect(contacted).to.equal(0);
  });

  it('one that changes something is only tried again when that can do no harm', async () => {
    let left = 2;
    answer = () => ({ status: left-- > 0 ? 503 : 200, json: { id: '7' } });
    const project = files('document: apis/shop.yaml\nretry: { maxAttempts: 3, delay: 1ms }\n');
    const [put] = await answers(project, [
      { tool: 'shop__orders_put', input: { id: '7', body: { id: '7' } } },
    ]);
    expect(put).to.match(/^= /);
    expect(seen).to.have.length(3);
    expect(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size).to.equal(1);
    await closeEngines();
    left = 2;
    seen = [];
    const post = { tool: 'shop__makeOrder', input: { body: { item: 'tea' } } };
    const [refused] = await answers(project, [post]);
    expect(refused).to.contain('answered 503');
    expect(seen).to.have.length(1);
    await closeEngines();
    left = 2;
    seen = [];
    const keyed = {
      ...project,
      'src/tools/shop.yaml': `${project['src/tools/shop.yaml'] ?? ''}operations: [makeOrder]\nidempotencyKey: "order-{{input.body.item}}"\n`,
    };
    const [made] = await answers(keyed, [post]);
    expect(made).to.match(/^= /);
    expect(seen.map(({ headers }) => headers['idempotency-key'])).to.deep.equal([
      'order-tea',
      'order-tea',
      'order-tea',
    ]);
  });
});
