import { expect } from 'chai';
import { noUsage, type Usage } from '../../engine/core/message.ts';
import { Problem } from '../../engine/core/problem.ts';
import type { EngineEvent } from '../../engine/core/event.ts';
import { closeEngines, engineOf, failureOf } from './kit.ts';

// A call of these tests reads 10 tokens and writes 5.
const priced = `models:
  paid: { model: script/x, price: { input: 100000, output: 20000 } }
  dear: { model: openai/gpt-99, price: { input: 200000, output: 0 } }
  open: openai/gpt-98
defaults: { model: paid }
`;
const script = { 'src/models/x.yaml': 'default: { text: hi }\n' };
const agent = 'description: A.\ninstructions: You answer.\n';

describe('engine: what models cost', () => {
  afterEach(closeEngines);

  it('is counted for the turn, the operation and the submission, and is in the result', async () => {
    const { engine } = await engineOf({ 'engine.yaml': priced, ...script, 'src/agents/a.yaml': agent });
    const session = engine.agents.session('a', 'one');
    const events: EngineEvent[] = [];
    const { usage, submissionId } = await session.prompt('Hello', { onEvent: (event) => events.push(event) });
    expect(usage).to.deep.include({ costUsd: 1.1 });
    expect(usage).not.to.have.property('unpricedCalls');
    const costs = events.flatMap((event) =>
      event.type === 'turn_end' || event.type === 'operation_end' ? [event.data.usage.costUsd] : [],
    );
    expect(costs).to.deep.equal([1.1, 1.1]);
    expect((await engine.submissions.get(submissionId))?.usage?.costUsd).to.equal(1.1);
  });

  it('is said to be unknown, and counted as far as it is known', async () => {
    const { engine } = await engineOf({
      'engine.yaml': priced,
      ...script,
      'src/agents/a.yaml': agent,
      'src/workflows/w.yaml': `description: W.
steps:
  - { id: one, prompt: Hello }
  - { id: two, prompt: Hello, model: open }
  - { id: three, agent: a, message: Hello, model: dear }
`,
    });
    const { runId, usage } = await engine.workflows.run('w');
    expect(usage.costUsd).to.be.closeTo(3.1, 1e-9);
    expect(usage.unpricedCalls).to.equal(1);
    const record = await engine.runs.get(runId);
    expect(record?.usage).to.deep.equal(usage);
  });

  it('of a scripted model is nothing, and known', async () => {
    const { engine } = await engineOf({
      'engine.yaml': 'model: script/x\n',
      ...script,
      'src/agents/a.yaml': agent,
    });
    const { usage } = await engine.agents.session('a', 'one').prompt('Hello');
    expect(usage).to.deep.equal({ ...noUsage, inputTokens: 10, outputTokens: 5, totalTokens: 15 });
  });

  it('of a child run and of a task counts for who started them', async () => {
    const { engine } = await engineOf(
      {
        'engine.yaml': priced,
        ...script,
        'src/agents/a.yaml': `${agent}subagents: [b]\n`,
        'src/agents/b.yaml': agent,
        'src/workflows/inner.yaml': 'description: I.\nsteps:\n  - { id: one, agent: a, message: Hello }\n',
        'src/workflows/outer.yaml': 'description: O.\nsteps:\n  - { id: all, workflow: inner }\n',
      },
      [{ calls: [{ tool: 'task', input: { agent: 'b', prompt: 'Help' } }] }, 'helped', 'done'],
    );
    const { usage } = await engine.workflows.run('outer');
    expect(usage.costUsd).to.be.closeTo(3.3, 1e-9);
  });

  it('beyond the limit of an agent ends its operation', async () => {
    const { engine, models } = await engineOf(
      {
        'engine.yaml': priced,
        ...script,
        'src/agents/a.yaml': `${agent}sandbox: virtual\nlimits: { costUsd: 2 }\n`,
      },
      () => ({ calls: [{ tool: 'read_file', input: { path: 'x' } }] }),
    );
    const problem = await failureOf(engine.agents.session('a', 'one').prompt('Hello'));
    expect(problem).to.deep.equal({
      type: 'limit_reached',
      message: 'agent "a" reached its limit of 2 costUsd',
    });
    expect(models.requests).to.have.length(2);
  });

  it('beyond the limit of a workflow ends the run', async () => {
    const { engine, models } = await engineOf({
      'engine.yaml': priced,
      ...script,
      'src/workflows/w.yaml': `description: W.
limits: { costUsd: 1 }
steps:
  - { id: one, prompt: Hello }
  - { id: two, prompt: Hello }
`,
    });
    const problem = await failureOf(engine.workflows.run('w'));
    expect(problem.type).to.equal('limit_reached');
    expect(models.requests).to.have.length(1);
  });

  it('of work that failed counts too', async () => {
    const { engine } = await engineOf(
      {
        'engine.yaml': priced,
        ...script,
        'src/agents/a.yaml': `${agent}sandbox: virtual\n`,
        'src/workflows/w.yaml': 'description: W.\nsteps:\n  - { id: one, agent: a, message: Hello }\n',
      },
      (_request, turn) => {
        if (turn % 2 === 0) throw new Problem('model_failed', 'broken');
        return { calls: [{ tool: 'read_file', input: { path: 'x' } }] };
      },
    );
    const session = engine.agents.session('a', 'one');
    await failureOf(session.prompt('Hello'));
    await failureOf(engine.workflows.run('w'));
    const executions = await engine.executions({});
    expect(executions.map(({ kind, usage }) => [kind, usage?.costUsd])).to.have.deep.members([
      ['submission', 1.1],
      ['run', 1.1],
    ]);
  });

  it('is not known of an address that the environment sets', async () => {
    const files = { 'engine.yaml': 'model: openai/gpt-5-mini\n', 'src/agents/a.yaml': agent };
    const usageAt = async (env: Record<string, string>): Promise<Usage> => {
      const { engine } = await engineOf(files, () => 'ok', { env });
      return (await engine.agents.session('a', 'one').prompt('Hello')).usage;
    };
    expect((await usageAt({})).costUsd).to.be.closeTo(0.0000125, 1e-9);
    const usage = await usageAt({ OPENAI_BASE_URL: 'https://gateway.example.com/v1' });
    expect([usage.costUsd, usage.unpricedCalls]).to.deep.equal([undefined, 1]);
  });

  it('cannot be limited where a call names a model without a price', async () => {
    const { engine, models } = await engineOf({
      'engine.yaml': priced,
      ...script,
      'src/agents/a.yaml': `${agent}limits: { costUsd: 2 }\n`,
    });
    const problem = await failureOf(engine.agents.session('a', 'one').prompt('Hello', { model: 'open' }));
    expect(problem).to.deep.include({
      type: 'invalid_request',
      message:
        'the price of model "openai/gpt-98" is not known, so the limit "costUsd" of agent "a" cannot be kept; write its "price" under "models" or "providers" of engine.yaml',
    });
    expect(models.requests).to.deep.equal([]);
  });
});
