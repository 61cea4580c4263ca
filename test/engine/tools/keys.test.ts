import { createServer as createHttp, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createServer } from '../../../engine/server/index.ts';
import { closeEngines, engineOf, linesOf, type Answer, type Call } from '../kit.ts';

const order =
  '{ type: object, required: [order], additionalProperties: false, properties: { order: { type: string } } }';
const key = 'idempotencyKey: "refund-{{input.order}}"\n';

describe('engine: what the other side of a tool is told', function () {
  this.timeout(120_000);
  let http: HttpServer;
  let url: string;
  let seen: {
    readonly headers: Readonly<Record<string, unknown>>;
    readonly url: string;
    readonly body: string;
  }[];

  beforeEach(async () => {
    seen = [];
    http = createHttp((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push({
          headers: request.headers,
          url: request.url ?? '',
          body: Buffer.concat(chunks).toString(),
        });
        response.end('done');
      });
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    await closeEngines();
    http.closeAllConnections();
    http.close();
  });

  const project = (own: string): Record<string, string> => ({
    'engine.yaml': 'model: openai/gpt-5\nsecrets: { TOKEN: {} }\n',
    'src/sandboxes/desk.yaml': 'type: virtual\nshell: true\n',
    'src/agents/clerk.yaml': 'description: Serves.\nsandbox: desk\ntools: [pay, code, line, flow]\n',
    'src/tools/pay.yaml': `description: P.\ntype: http\ninputSchema: ${order}\nrequest: { method: POST, url: '${url}/pay/{{input.order}}', body: '\${{ input.order }}' }\n${own}`,
    'src/tools/code.yaml': `description: P.\ntype: node\nmodule: ./code.ts\ninputSchema: ${order}\n${own}`,
    'src/tools/code.ts': 'export default (_input, { idempotencyKey }) => idempotencyKey;\n',
    'src/tools/line.yaml': `description: P.\ntype: command\nshell: printf '%s' "$IDEMPOTENCY_KEY"\ninputSchema: ${order}\n${own}`,
    'src/tools/flow.yaml': `description: P.\ntype: workflow\nworkflow: flow\n${own}`,
    'src/workflows/flow.yaml': `inputSchema: ${order}\nsteps: [{ id: one, set: { x: 1 } }]\noutput: '\${{ input.order }}'\n`,
  });

  async function clerk(own: string, calls: readonly Call[]) {
    const { engine } = await engineOf(
      project(own),
      ({ messages }): Answer => {
        const next = calls[messages.filter(({ role }) => role === 'tool').length];
        return next === undefined ? 'done' : { calls: [next] };
      },
      { env: { TOKEN: 'token-123456' } },
    );
    return engine;
  }

  async function answers(own: string, calls: readonly Call[]) {
    const engine = await clerk(own, calls);
    const session = engine.agents.session('clerk', 'a');
    await session.prompt('Go');
    const lines = linesOf((await session.history()).filter(({ role }) => role === 'tool'));
    return { lines: lines.map((line) => line.replace('tool: ', '')), runs: await engine.runs.list({}) };
  }

  const all = ['pay', 'code', 'line', 'flow'].flatMap((tool): Call[] => [
    { tool, input: { order: '17' } },
    { tool, input: { order: '17' } },
  ]);

  it('is the key of the tool, the same for every call that is meant to be the same', async () => {
    const { lines, runs } = await answers(key, all);
    expect(lines).to.deep.equal([
      ...['= "done"', '= "done"', '= "refund-17"', '= "refund-17"', '= "refund-17"', '= "refund-17"'],
      ...['= "17"', '= "17"'],
    ]);
    expect(seen.map(({ headers }) => headers['idempotency-key'])).to.deep.equal(['refund-17', 'refund-17']);
    expect(runs).to.have.length(1);
  });

  it('is else a key of the call, another one for each', async () => {
    const { lines, runs } = await answers('', all);
    expect(new Set(lines.slice(2, 6)).size).to.equal(4);
    expect(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size).to.equal(2);
    expect(runs).to.have.length(2);
  });

  it('is what a model wrote as it is: nothing in it is evaluated', async () => {
    const text = '{{secrets.TOKEN}} ${{ secrets.TOKEN }} {{env.HOME}}';
    const { lines } = await answers('', [
      { tool: 'pay', input: { order: text } },
      { tool: 'flow', input: { order: text } },
    ]);
    expect(seen[0]?.body).to.equal(JSON.stringify(text));
    expect(seen[0]?.url).to.equal(`/pay/${encodeURIComponent(text)}`);
    expect(lines[1]).to.equal(`= ${JSON.stringify(text)}`);
  });

  it('is never who asked the engine: no header of the request to it is passed on', async () => {
    const engine = await clerk('', [{ tool: 'pay', input: { order: '17' } }]);
    const server = createServer(engine, { port: 0, log: () => undefined });
    const { url: own } = await server.listen();
    const response = await fetch(`${own}/agents/clerk/a`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer incoming-secret',
        cookie: 'session=incoming-secret',
        'x-api-key': 'incoming-secret',
      },
      body: JSON.stringify({ message: 'Go' }),
    });
    const answer = await response.text();
    await server.close();
    expect(response.status, answer).to.equal(200);
    expect(seen).to.have.length(1);
    expect(JSON.stringify(seen)).not.to.contain('incoming-secret');
    expect(seen[0]?.headers).not.to.have.any.keys('authorization', 'cookie', 'x-api-key');
  });
});
