import { expect } from 'chai';
import { usageReport } from '../../engine/upkeep/usage-report.ts';
import { closeEngines, engineOf } from './kit.ts';

const files = {
  'engine.yaml': `models: { paid: { model: script/x, price: { input: 100000, output: 20000 } }, open: openai/gpt-98 }
model: paid
`,
  'src/models/x.yaml': 'default: { text: hi }\n',
  'src/agents/a.yaml': 'description: A.\ninstructions: You answer.\n',
  'src/agents/b.yaml': 'description: B.\ninstructions: You answer.\nmodel: open\n',
  'src/workflows/inner.yaml': 'description: I.\nsteps:\n  - { id: one, agent: a, message: Hello }\n',
  'src/workflows/outer.yaml':
    'description: O.\nsteps:\n  - { id: one, workflow: inner }\n  - { id: two, prompt: Hi }\n',
};

describe('engine: what was used', () => {
  afterEach(closeEngines);

  it('is told by agent and workflow, the dearest first, and child runs count once', async () => {
    const { engine } = await engineOf(files);
    await engine.workflows.run('outer');
    await engine.agents.session('a', 'one').prompt('Hello');
    await engine.agents.session('b', 'one').prompt('Hello');
    await engine.agents.session('b', 'two').prompt('Hello');
    const { lines, total } = await usageReport(engine);
    const figures = lines.map(({ kind, name, count, usage }) => [
      kind,
      name,
      count,
      usage.costUsd?.toFixed(1),
      usage.unpricedCalls,
    ]);
    expect(figures).to.deep.equal([
      ['workflow', 'outer', 1, '2.2', undefined],
      ['agent', 'a', 1, '1.1', undefined],
      ['agent', 'b', 2, undefined, 2],
    ]);
    expect([total.totalTokens, total.costUsd?.toFixed(1), total.unpricedCalls]).to.deep.equal([75, '3.3', 2]);
  });

  it('may be bounded to what is new', async () => {
    const { engine } = await engineOf(files);
    await engine.agents.session('a', 'one').prompt('Hello');
    const [first] = await engine.executions({});
    await engine.agents.session('b', 'one').prompt('Hello');
    const since = (first?.createdAt ?? 0) + 1;
    const [second] = await engine.executions({ limit: 1 });
    const { lines } = await usageReport(engine, { since: Math.min(since, second?.createdAt ?? 0) });
    expect(lines.map(({ name }) => name)).to.include('b');
    expect((await usageReport(engine, { since: Date.now() + 1000 })).lines).to.deep.equal([]);
  });
});
