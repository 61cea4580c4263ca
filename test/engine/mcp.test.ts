import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { EngineEvent } from '../../engine/core/event.ts';
import type { Json } from '../../engine/core/json.ts';
import type { Message } from '../../engine/core/message.ts';
import type { Files } from '../fakes/project.ts';
import { closeWorlds } from '../adapters/mcp/world.ts';
import { closeEngines, engineOf, failureOf, type Answer } from './kit.ts';

const odd = fileURLToPath(new URL('../adapters/mcp/odd-server.mjs', import.meta.url));
const shop = (how: object = {}, more: object = {}): object => ({
  command: process.execPath,
  args: [odd, JSON.stringify(how)],
  ...more,
});

/** A project whose agent `clerk` has these servers. */
function project(servers: object, agent: object = {}, more: Files = {}, config: object = {}): Files {
  return {
    'engine.yaml': {
      name: 'mcp',
      model: 'fake/one',
      providers: { fake: { type: 'openai', apiKey: 'none' } },
      mcpServers: servers,
      secrets: { none: {} },
      ...config,
    },
    'src/agents/clerk.yaml': { description: 'Helps.', mcpServers: Object.keys(servers), ...agent },
    ...more,
  };
}

function resultsOf(messages: readonly Message[]): { tool: string; output: Json; isError: boolean }[] {
  return messages
    .flatMap((message) => (message.role === 'tool' ? message.content : []))
    .map(({ toolName, output, isError }) => ({ tool: toolName, output, isError }));
}

describe('MCP servers of an agent', () => {
  afterEach(closeEngines);
  afterEach(closeWorlds);

  async function ask(
    files: Files | string,
    answers: readonly Answer[],
    options = {},
  ): Promise<{ tools: string[]; results: ReturnType<typeof resultsOf>; logs: string[] }> {
    const events: EngineEvent[] = [];
    const { engine, models } = await engineOf(files, answers, {
      observers: [(event: EngineEvent) => void events.push(event)],
      ...options,
    });
    await engine.agents.session('clerk', 'one').prompt('Go');
    const last = models.requests.at(-1);
    return {
      tools: (last?.tools ?? []).map(({ name }) => name),
      results: resultsOf(last?.messages ?? []),
      logs: events.flatMap((event) =>
        event.type === 'log' ? [String((event.data as { message: string }).message)] : [],
      ),
    };
  }

  it('are offered as tools, each with its schema, and called', async () => {
    const { tools, results } = await ask(
      project({ shop: shop() }, { tools: ['shop__fail', 'shop__strange'] }),
      [{ calls: [{ tool: 'shop__fail' }] }, { calls: [{ tool: 'shop__strange' }] }, 'done'],
    );
    expect(tools).to.deep.equal(['shop__fail', 'shop__strange']);
    expect(results[0]).to.deep.equal({
      tool: 'shop__fail',
      output: 'tool "fail" of MCP server "shop": the shelf is empty',
      isError: true,
    });
    expect(String(results[1]?.output)).to.match(/^first\n/);
  });

  it('give all their tools to an agent without a list, only those that are allowed, under their other names', async () => {
    const servers = { shop: shop({}, { tools: ['pid', 'fail'], rename: { fail: 'look' } }) };
    expect((await ask(project(servers), ['done'])).tools).to.deep.equal(['shop__pid', 'shop__look']);
    const without = await ask(project(servers, { disallowedTools: ['shop__look'] }), ['done']);
    expect(without.tools).to.deep.equal(['shop__pid']);
    const none = await ask(project(servers, { disallowedTools: ['shop'] }), ['done']);
    expect(none.tools).to.deep.equal([]);
  });

  it('are one connection for all sessions', async () => {
    const { engine, models } = await engineOf(
      project({ shop: shop() }, { tools: ['shop__pid'] }),
      (_request, turn) => (turn % 2 === 1 ? { calls: [{ tool: 'shop__pid' }] } : 'done'),
    );
    for (const name of ['one', 'two', 'three']) await engine.agents.session('clerk', name).prompt('Go');
    const pids = models.requests.flatMap(({ messages }) => resultsOf(messages)).map(({ output }) => output);
    expect(new Set(pids).size).to.equal(1);
    expect(pids).to.have.length(3);
  });

  it('are searched by an agent that says so: the best tools first, no more than it asks for, called by name', async () => {
    const tools = [
      {
        name: 'create_invoice',
        description: 'Makes an invoice for an order.',
        inputSchema: { type: 'object', required: ['order'], properties: { order: { type: 'integer' } } },
      },
      { name: 'list_invoices', description: 'Lists all invoices.', inputSchema: { type: 'object' } },
      { name: 'send_parcel', description: 'Sends a parcel.', inputSchema: { type: 'object' } },
    ];
    const outcome = await ask(
      project({ shop: shop({ tools, many: 2_000 }) }, { mcp: { mode: 'search', searchLimit: 5 } }),
      [
        { calls: [{ tool: 'mcp_search', input: { query: 'create an invoice', limit: 2 } }] },
        { calls: [{ tool: 'mcp_search', input: { query: 'number', limit: 50 } }] },
        { calls: [{ tool: 'mcp_search', input: { query: 'Number tools' } }] },
        { calls: [{ tool: 'mcp_call', input: { tool: 'shop__create_invoice', arguments: { order: 'x' } } }] },
        { calls: [{ tool: 'mcp_call', input: { tool: 'shop__create_invoice', arguments: { order: 7 } } }] },
        { calls: [{ tool: 'mcp_call', input: { tool: 'shop__create_invoce', arguments: {} } }] },
        'done',
      ],
    );
    expect(outcome.tools).to.deep.equal(['mcp_search', 'mcp_call']);
    const [found, tooMany, five, wrong, right, unknown] = outcome.results;
    const namesIn = (output: Json | undefined): string[] =>
      (output as unknown as { tools: { name: string }[] }).tools.map(({ name }) => name);
    expect(namesIn(found?.output)).to.deep.equal(['shop__create_invoice', 'shop__list_invoices']);
    expect((found?.output as unknown as { tools: object[] }).tools[0]).to.deep.include({
      inputSchema: tools[0]?.inputSchema,
    });
    expect(tooMany).to.deep.include({
      isError: true,
      output: 'invalid input: /limit must be at most 5, got 50',
    });
    expect(namesIn(five?.output)).to.have.length(5);
    expect(wrong).to.deep.include({
      isError: true,
      output: 'invalid input: /order must be integer, got string "x"',
    });
    expect(right).to.deep.include({ isError: false, output: 'create_invoice({"order":7})' });
    expect(unknown?.output).to.match(
      /^no tool "shop__create_invoce".*did you mean "shop__create_invoice"\?$/,
    );
  });

  it('are searched when they have more tools than a model takes one by one, which is told', async () => {
    const { tools, logs } = await ask(project({ shop: shop({ many: 10_000 }) }), ['done']);
    expect(tools).to.deep.equal(['mcp_search', 'mcp_call']);
    expect(logs.join('\n')).to.match(/have 10011 tools; more than 256/);
  });

  it('keep to the rules of permissions, also behind "mcp_call"', async () => {
    const rules = { permissions: { deny: ['shop__pid'] } };
    const direct = await ask(project({ shop: shop() }, rules), [{ calls: [{ tool: 'shop__pid' }] }, 'done']);
    const searched = await ask(project({ shop: shop() }, { ...rules, mcp: { mode: 'search' } }), [
      { calls: [{ tool: 'mcp_call', input: { tool: 'shop__pid', arguments: {} } }] },
      'done',
    ]);
    for (const { results } of [direct, searched]) {
      expect(results[0]?.isError).to.equal(true);
      expect(results[0]?.output).to.match(/^the rule "shop__pid" refuses this call/);
    }
  });

  it('that are not there fail a prompt that needs them, and are done without where they are not required', async () => {
    const gone = { command: '/no/such/program' };
    const { engine } = await engineOf(project({ shop: shop(), gone }), ['done']);
    expect(await failureOf(engine.agents.session('clerk', 'one').prompt('Go'))).to.deep.equal({
      type: 'mcp_unavailable',
      message: 'MCP server "gone" is not available: its command is not found',
    });
    const { tools, logs } = await ask(
      project({ shop: shop({}, { tools: ['pid'] }), gone: { ...gone, required: false } }),
      ['done'],
    );
    expect(tools).to.deep.equal(['shop__pid']);
    expect(logs).to.deep.equal([
      'MCP server "gone" is not available: its command is not found; the agent works without it',
    ]);
  });

  it('do not hold up agents that have none of their tools, and start with the first that has', async () => {
    const files = project({ gone: { command: '/no/such/program' } }, { tools: [] });
    expect((await ask(files, ['done'])).tools).to.deep.equal([]);
  });

  it('have a tool that lies about its schema left out, and the run goes on', async () => {
    const tools = [
      {
        name: 'bad',
        description: 'Bad.',
        inputSchema: { type: 'object', properties: { a: { type: 'nonsense' } } },
      },
    ];
    const outcome = await ask(project({ shop: shop({ tools }) }), ['done']);
    expect(outcome.tools).to.include('shop__pid').and.not.include('shop__bad');
    expect(outcome.logs).to.deep.equal(['"shop__bad" is left out: the schema of its input is not valid']);
  });

  it('die and misbehave without ending the prompt', async () => {
    const { results } = await ask(project({ shop: shop() }), [
      { calls: [{ tool: 'shop__die' }] },
      { calls: [{ tool: 'shop__big' }] },
      { calls: [{ tool: 'shop__pid' }] },
      'done',
    ]);
    expect(results.map(({ isError }) => isError)).to.deep.equal([true, true, false]);
  });

  it('get secrets as their settings say, which nobody else sees', async () => {
    const key = 'a-very-long-key-of-the-shop';
    const outcome = await ask(
      project(
        {
          shop: shop(
            { print: 'hello' },
            { env: { KEY: '${{ secrets.key }}' }, tools: ['noise', 'env', 'pid'] },
          ),
        },
        {},
        {},
        { secrets: { none: {}, key: { env: 'SHOP_KEY' }, other: { env: 'OTHER' } } },
      ),
      [{ calls: [{ tool: 'shop__noise' }] }, { calls: [{ tool: 'shop__env' }] }, 'done'],
      { env: { SHOP_KEY: key, OTHER: 'another-long-key', CANARY: 'bird', PATH: process.env['PATH'] } },
    );
    const seen = outcome.results[1]?.output as Record<string, string>;
    expect(seen['KEY']).to.equal('[secret]');
    expect(Object.keys(seen).filter((name) => !['HOME', 'KEY', 'PATH'].includes(name))).to.deep.equal([]);
    expect(outcome.logs.join('\n')).to.include('the key is [secret]').and.not.include(key);
  });
});

describe('a step with a tool of an MCP server', () => {
  afterEach(closeEngines);

  const tools = [
    {
      name: 'count',
      description: 'Counts.',
      inputSchema: { type: 'object', required: ['item'], properties: { item: { type: 'string' } } },
    },
  ];

  it('calls it, and fails as it fails', async () => {
    const { engine } = await engineOf(
      project(
        { shop: shop({ tools }) },
        {},
        {
          'src/workflows/count.yaml': {
            description: 'Counts.',
            steps: [
              { id: 'one', tool: 'shop__count', with: { item: 'lamp' } },
              { id: 'two', tool: 'shop__fail', 'on-error': undefined },
            ].map(({ 'on-error': _, ...step }) => step),
          },
          'src/workflows/good.yaml': {
            description: 'Counts.',
            steps: [{ id: 'one', tool: 'shop__count', with: { item: 'lamp' } }],
            output: '${{ steps.one.output }}',
          },
        },
      ),
    );
    expect((await engine.workflows.run('good')).output).to.equal('count({"item":"lamp"})');
    expect(await failureOf(engine.workflows.run('count'))).to.deep.include({ type: 'tool_failed' });
  });

  it('is a declared tool, too, with the schema of the server', async () => {
    const { engine } = await engineOf(
      project(
        { shop: shop({ tools }) },
        {},
        {
          'src/tools/tally.yaml': { description: 'Tallies.', type: 'mcp', server: 'shop', tool: 'count' },
          'src/workflows/good.yaml': {
            description: 'Counts.',
            steps: [{ id: 'one', tool: 'tally', with: { item: 'lamp' } }],
            output: '${{ steps.one.output }}',
          },
          'src/workflows/bad.yaml': {
            description: 'Counts.',
            steps: [{ id: 'one', tool: 'tally', with: {} }],
          },
        },
      ),
    );
    expect((await engine.workflows.run('good')).output).to.equal('count({"item":"lamp"})');
    expect(await failureOf(engine.workflows.run('bad'))).to.deep.include({ type: 'tool_input_invalid' });
  });
});
