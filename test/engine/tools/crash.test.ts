import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openSqliteStore } from '../../../engine/adapters/store/sqlite.ts';
import { projectOf, temporaryFolder } from '../../fakes/project.ts';
import { childProgram } from '../kills/child-program.ts';

const tools = {
  'src/tools/order.yaml': `type: node
module: ./order.ts
description: Orders.
inputSchema: { type: object, required: [item], additionalProperties: false, properties: { item: { type: string } } }
annotations: { idempotentHint: true }
`,
  // Dies once, behind its first part and inside its second.
  'src/tools/order.ts': `import { appendFileSync, existsSync } from 'node:fs';
const note = (text) => appendFileSync(new URL('../../noted', import.meta.url), text + ' ');
export default async ({ item }, { step, idempotencyKey }) => {
  const number = await step('reserve', async () => { note('reserve'); return 41; });
  const sent = await step('send', () => {
    const again = existsSync(new URL('../../died', import.meta.url));
    note('send');
    if (!again) {
      appendFileSync(new URL('../../died', import.meta.url), idempotencyKey);
      process.kill(process.pid, 'SIGKILL');
    }
    return { number: number + 1 };
  });
  return { item, sent: sent.number };
};
`,
};
const project = {
  ...tools,
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': `replies:
  - match: { tool: order }
    text: "It says {{json result}}"
  - match: { tool: plan }
    text: "Planned {{json result}}"
  - match: { tool: ask }
    text: "Asked {{json result}}"
  - match: { text: plan }
    toolCalls: [{ tool: plan, input: { item: tea } }]
  - match: { text: ask }
    toolCalls: [{ tool: ask, input: { message: order } }]
  - toolCalls: [{ tool: order, input: { item: tea } }]
`,
  'src/agents/clerk.yaml': 'description: Orders.\ntools: [order, plan, ask]\n',
  'src/agents/buyer.yaml': 'description: Buys.\ntools: [order]\n',
  'src/tools/plan.yaml': 'type: workflow\nworkflow: planned\ndescription: Plans.\n',
  'src/tools/ask.yaml': 'type: agent\nagent: buyer\ndescription: Asks.\n',
  'src/workflows/planned.yaml': `inputSchema: { type: object, required: [item], properties: { item: { type: string } } }
steps: [{ id: order, tool: order, with: { item: '\${{ input.item }}' } }]
output: { sent: '\${{ steps.order.output.sent }}' }
`,
};

describe('engine: killed inside a tool', function () {
  this.timeout(120_000);
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = projectOf(project);
    path = join(temporaryFolder(), 'engine.sqlite');
  });

  const noted = (): string =>
    existsSync(join(folder, 'noted')) ? readFileSync(join(folder, 'noted'), 'utf8').trim() : '';

  async function child(...args: readonly string[]): Promise<string | null> {
    const process_ = spawn(process.execPath, [await childProgram(), folder, path, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = new Promise<string | null>((resolve) =>
      process_.once('exit', (_code, signal) => resolve(signal)),
    );
    for await (const line of createInterface({ input: process_.stdout })) {
      const said = JSON.parse(line) as { failed?: unknown };
      expect(said.failed).to.equal(undefined);
    }
    return exited;
  }

  async function outcomes() {
    const store = await openSqliteStore({ path });
    try {
      const all = await store.executions.list({});
      return all.map(({ kind, name, state, output, error }) => ({ kind, name, state, output, error }));
    } finally {
      await store.close();
    }
  }

  it('a part of it that is recorded is not done again, in a prompt', async () => {
    expect(await child('prompt', 'clerk', 'order')).to.equal('SIGKILL');
    expect(noted()).to.equal('reserve send');
    await child('resume');
    expect(noted()).to.equal('reserve send send');
    const [prompt] = await outcomes();
    expect(prompt).to.deep.include({ state: 'succeeded', output: 'It says {"item":"tea","sent":42}' });
  });

  it('nor in a step of a run', async () => {
    expect(await child('run', 'planned', '{"item":"tea"}')).to.equal('SIGKILL');
    await child('resume');
    expect(noted()).to.equal('reserve send send');
    const [run] = await outcomes();
    expect(run).to.deep.include({ state: 'succeeded', output: { sent: 42 } });
  });

  for (const [tool, word] of [
    ['plan', 'Planned {"sent":42}'],
    ['ask', 'Asked "It says {\\"item\\":\\"tea\\",\\"sent\\":42}"'],
  ] as const)
    it(`what the tool "${tool}" had called goes on, and is called no second time`, async () => {
      expect(await child('prompt', 'clerk', tool)).to.equal('SIGKILL');
      await child('resume');
      expect(noted()).to.equal('reserve send send');
      const all = await outcomes();
      expect(all).to.have.length(2);
      expect(all.map(({ state }) => state)).to.deep.equal(['succeeded', 'succeeded']);
      expect(all.find(({ name }) => name === 'clerk')?.output).to.equal(word);
    });
});
