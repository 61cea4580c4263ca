import { expect } from 'chai';
import { runWorkflow } from '../../engine/workflow/index.ts';
import { asProblem, Problem } from '../../engine/core/problem.ts';
import { workflow } from './build.ts';
import { fakeContext, trace, type Reply } from './fake-context.ts';
import { run, runFailing } from './run.ts';

const slow: Reply = async ({ call }, time) => {
  await time.sleep(10_000, call.signal);
  return null;
};

describe('workflow: limits', () => {
  it('a model call beyond modelCalls is not made', async () => {
    const { problem, fake } = await runFailing(
      `{ limits: { modelCalls: 2 }, steps: [{ id: a, prompt: x }, { id: b, agent: y }, { id: c, prompt: z }] }`,
    );
    expect(problem.toData()).to.deep.equal({
      type: 'limit_reached',
      message: 'the run has used 2 model calls; its limit is 2',
      details: { limit: 'modelCalls', used: 2, allowed: 2 },
    });
    expect(fake.calls.length).to.equal(2);
  });

  it('steps without a model still run when the calls are used up', async () => {
    const { output } = await run(
      `{ limits: { modelCalls: 1 }, steps: [{ id: a, prompt: x }, { id: b, set: 1 }] }`,
    );
    expect(output).to.equal(1);
  });

  it('tokens beyond the limit end the run after the step that used them', async () => {
    const { problem, fake } = await runFailing(
      `{ limits: { tokens: 15 }, steps: [{ id: a, prompt: x }, { id: b, prompt: y }] }`,
    );
    expect(problem.details).to.deep.equal({ limit: 'tokens', used: 20, allowed: 15 });
    expect([...fake.checkpoints.keys()]).to.deep.equal(['a', 'b']);
  });

  it('cost counts where it is known', async () => {
    const yaml = `{ limits: { costUsd: 0.5 }, steps: [{ id: a, prompt: x }, { id: b, prompt: y }] }`;
    const { problem } = await runFailing(yaml, { costUsd: 0.75 });
    expect(problem.details).to.deep.equal({ limit: 'costUsd', used: 0.75, allowed: 0.5 });
    await run(yaml);
  });

  it('a limit on cost ends the run when a call had no known price', async () => {
    const { problem, fake } = await runFailing(
      `{ limits: { costUsd: 5 }, steps: [{ id: a, prompt: x }, { id: b, prompt: y }] }`,
      { unpricedCalls: 1 },
    );
    expect(problem.message).to.equal(
      'the price of model calls of the run is not known (1 so far), so its limit of 5 US dollars cannot be kept',
    );
    expect(fake.calls.length).to.equal(1);
  });

  it('no catch recovers from a limit of the run, and what is at work is stopped', async () => {
    const { problem, fake } = await runFailing(
      `
      limits: { tokens: 5 }
      steps:
        - id: both
          parallel:
            onError: collect
            branches: { a: [{ id: x, tool: slow, catch: [{}] }], b: [{ id: y, prompt: y, catch: [{}] }] }
          catch: [{}]
      `,
      { reply: (call, time) => (call.activity === 'tool' ? slow(call, time) : 'ok') },
    );
    expect(problem.code).to.equal('limit_reached');
    expect(fake.time.now()).to.equal(0);
    expect(fake.working()).to.equal(0);
  });

  it('the duration limit and the timeout end the run', async () => {
    const limited = await runFailing(
      `{ limits: { duration: 3s }, steps: [{ id: a, tool: x, catch: [{}] }] }`,
      { reply: slow },
    );
    expect(limited.problem.toData()).to.deep.equal({
      type: 'limit_reached',
      message: 'the run took longer than its limit of 3s',
      details: { limit: 'durationMs', used: 3_000, allowed: 3_000 },
    });
    const late = await runFailing(`{ timeout: 2s, limits: { duration: 3s }, steps: [{ id: a, tool: x }] }`, {
      reply: slow,
    });
    expect(late.problem.toData()).to.deep.equal({
      type: 'timeout',
      message: 'workflow "test" took longer than 2s',
      details: { timeoutMs: 2_000 },
    });
  });

  it('the usage of a failing run is told as it grows', async () => {
    const told: number[] = [];
    const { context } = fakeContext();
    const spec = workflow(`steps: [{ id: a, prompt: x }, { id: b, prompt: y }, { id: c, fail: no }]`);
    await runWorkflow(spec, null, context, {
      env: {},
      onUsage: (usage) => told.push(usage.totalTokens),
    }).catch(asProblem);
    expect(told).to.deep.equal([10, 20]);
  });
});

describe('workflow: cancellation', () => {
  const nested = `
    steps:
      - id: lines
        foreach: { items: "[1, 2, 3]", maxConcurrency: 2, onError: collect }
        steps: [{ id: work, tool: x, retry: { maxAttempts: 3, on: [cancelled] }, catch: [{}] }]
        catch: [{}]
      - { id: after, tool: x }
  `;

  it('a cancelled run stops what is at work, starts nothing more, and throws the reason', async () => {
    const controller = new AbortController();
    const fake = fakeContext({ signal: controller.signal, reply: slow });
    const running = runWorkflow(workflow(nested), null, fake.context, { env: {} }).catch(asProblem);
    await fake.time.sleep(50);
    controller.abort(new Problem('cancelled', 'cancelled by ana'));
    const problem = (await running) as Problem;
    expect(problem.toData()).to.deep.equal({ type: 'cancelled', message: 'cancelled by ana' });
    expect(fake.time.now()).to.equal(50);
    expect(fake.working()).to.equal(0);
    expect([...fake.checkpoints.keys()]).to.deep.equal([]);
    expect(trace(fake.events)).to.deep.equal([
      '+ lines (foreach)',
      '+ lines[0]/work (tool)',
      '+ lines[1]/work (tool)',
      '- lines[0]/work failed',
      '- lines[1]/work failed',
      '- lines failed',
    ]);
  });

  it('a wait between attempts ends when the run is cancelled', async () => {
    const controller = new AbortController();
    const fake = fakeContext({
      signal: controller.signal,
      reply: () => {
        throw new Problem('model_unavailable', 'later');
      },
    });
    const spec = workflow(`steps: [{ id: a, tool: x, retry: { maxAttempts: 3, delay: 1h } }]`);
    const running = runWorkflow(spec, null, fake.context, { env: {} }).catch(asProblem);
    await fake.time.sleep(50);
    controller.abort();
    expect(((await running) as Problem).code).to.equal('cancelled');
    expect(fake.time.now()).to.equal(50);
  });

  it('a run that is cancelled before it starts runs nothing', async () => {
    const { problem, fake } = await runFailing(nested, { signal: AbortSignal.abort() });
    expect(problem.code).to.equal('cancelled');
    expect(fake.events).to.deep.equal([]);
  });
});
