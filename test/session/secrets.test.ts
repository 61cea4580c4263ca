import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { EngineEvent } from '../../engine/core/event.ts';
import { closeEngines, engineOf, failureOf, linesOf } from '../engine/kit.ts';
import { temporaryFolder } from '../fakes/project.ts';

const secret = 'sk-very-secret-0123456789/+=';

describe('sessions: secrets', () => {
  let server: Server;
  let url: string;
  const seen: (string | undefined)[] = [];

  before((done) => {
    // Tells everything it was told, as careless services do.
    server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ headers: request.headers, base64: Buffer.from(`u:${secret}`).toString('base64') }),
      );
    }).listen(0, '127.0.0.1', () => {
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      done();
    });
  });
  after(() => server.close());
  afterEach(closeEngines);

  const files = (): Record<string, string> => ({
    'engine.yaml': 'secrets: { TOKEN: { env: API_TOKEN }, OTHER: {} }\n',
    'src/agents/a.md':
      '---\ndescription: A.\nmodel: openai/gpt-5\ntools: [call, leak, throws, other]\n---\n\nYou are it.\n',
    'src/tools/call.yaml': `description: Calls.\ntype: http\nsecrets: [TOKEN]\nrequest:\n  url: ${url}\n  headers: { authorization: '\${{ "Bearer " + secrets.TOKEN }}' }\n`,
    'src/tools/leak.yaml':
      'description: Leaks.\ntype: node\nmodule: ./leak.ts\nsecrets: [TOKEN]\ninputSchema: { type: object }\n',
    'src/tools/leak.ts': `export default { run(input, { secrets, log }) {
      const token = secrets.get('TOKEN');
      log('using ' + token, { token });
      return { token, [token]: encodeURIComponent(token), list: [btoa('x' + token)] };
    } };`,
    'src/tools/throws.yaml':
      'description: Throws.\ntype: node\nmodule: ./throws.ts\nsecrets: [TOKEN]\ninputSchema: { type: object }\n',
    'src/tools/throws.ts':
      "export default { run(input, { secrets }) { throw new Error('refused ' + secrets.get('TOKEN')); } };",
    'src/tools/other.yaml':
      'description: Asks for what it was not granted.\ntype: node\nmodule: ./other.ts\ninputSchema: { type: object }\n',
    'src/tools/other.ts': "export default { run: (input, { secrets }) => secrets.get('TOKEN') };",
    'src/workflows/w.yaml': `steps:
  - { id: call, tool: call }
  - { id: leak, tool: leak }
  - id: caught
    tool: throws
    catch:
      - output: \${{ error.message }}
  - { id: throws, tool: throws }
`,
  });

  it('granted to tools reach them, and never events, histories, records, results or the file', async () => {
    const path = join(temporaryFolder(), 'engine.sqlite');
    const events: EngineEvent[] = [];
    const { engine, models } = await engineOf(
      files(),
      (_request, turn) =>
        turn === 1 ? { calls: ['call', 'leak', 'throws', 'other'].map((tool) => ({ tool })) } : 'ok',
      {
        env: { API_TOKEN: secret },
        store: await openSqliteStore({ path }),
        observers: [(event) => void events.push(event)],
      },
    );
    const session = engine.agents.session('a', 'x');
    await session.prompt('Go');
    const { runId } = await engine.workflows.start('w');
    const record = await engine.runs.wait(runId);
    expect(record).to.deep.include({
      state: 'failed',
      error: { type: 'tool_failed', message: 'tool "throws" failed: refused [secret]' },
    });
    const history = linesOf(await session.history())[2] ?? '';
    expect(history).to.contain('"token":"[secret]"').and.contain('refused [secret]');
    expect(history).to.contain('tool \\"other\\" is not granted the secret \\"TOKEN\\"');
    expect(events.filter(({ type }) => type === 'log').map(({ data }) => data)).to.deep.include({
      level: 'info',
      message: 'using [secret]',
      fields: { token: '[secret]' },
    });
    const told = JSON.stringify([
      events,
      history,
      record,
      models.requests,
      await engine.runs.events(runId),
      await engine.executions({}),
    ]);
    expectNone(told);
    await closeEngines();
    for (const name of readdirSync(join(path, '..')))
      expectNone(readFileSync(join(path, '..', name), 'latin1'));
    expect(seen).to.deep.equal([`Bearer ${secret}`, `Bearer ${secret}`]);
  });

  it('a secret that is not set fails the tool that needs it, a required one the start', async () => {
    const { engine } = await engineOf(files(), [{ calls: [{ tool: 'leak' }] }, 'ok']);
    const session = engine.agents.session('a', 'x');
    await session.prompt('Go');
    expect(linesOf(await session.history())[2]).to.equal('tool: ! "the secret \\"TOKEN\\" is not set"');
    const required = {
      ...files(),
      'engine.yaml': 'secrets: { TOKEN: { env: API_TOKEN, file: token.txt, required: true } }\n',
    };
    expect(await failureOf(engineOf(required))).to.deep.equal({
      type: 'missing_secret',
      message:
        'the secret "TOKEN" is required; set the environment variable "API_TOKEN" or the file "token.txt"',
    });
  });
});

function expectNone(text: string): void {
  const forms = [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64').slice(0, 30),
    btoa(`x${secret}`).slice(4, 30),
    btoa(`u:${secret}`).slice(4, 30),
  ];
  for (const form of forms) expect(text.includes(form), `"${form}" is told`).to.equal(false);
}
