import { expect } from 'chai';
import { Problem } from '../../engine/core/problem.ts';
import { trace } from './fake-context.ts';
import { run, runFailing } from './run.ts';

describe('workflow: parallel', () => {
  it('branches run side by side, and the output is a map', async () => {
    const { output, fake } = await run(
      `
      steps:
        - id: gather
          parallel:
            branches:
              order: [{ id: order, tool: x }]
              tone: [{ id: ask, tool: x }, { id: label, set: "\${{ 'mood: ' + steps.ask.output }}" }]
      `,
      {
        reply: async ({ call }, time) => {
          await time.sleep(call.stepPath === 'gather.order/order' ? 20 : 10);
          return call.stepPath;
        },
      },
    );
    expect(output).to.deep.equal({ order: 'gather.order/order', tone: 'mood: gather.tone/ask' });
    expect(fake.time.now()).to.equal(20);
    expect(trace(fake.events)).to.deep.equal([
      '+ gather (parallel)',
      '+ gather.order/order (tool)',
      '+ gather.tone/ask (tool)',
      '- gather.tone/ask succeeded',
      '+ gather.tone/label (set)',
      '- gather.tone/label succeeded',
      '- gather.order/order succeeded',
      '- gather succeeded',
    ]);
  });

  it('its output sees the steps of all branches', async () => {
    const { output } = await run(`
      steps:
        - id: both
          parallel: { branches: { a: [{ id: x, set: 1 }], b: [{ id: y, set: 2 }] } }
          output: "\${{ steps.x.output + steps.y.output }}"
    `);
    expect(output).to.equal(3);
  });

  it('branches do not see each other', async () => {
    const { problem } = await runFailing(`
      steps:
        - id: both
          parallel:
            maxConcurrency: 1
            branches: { a: [{ id: x, set: 1 }], b: [{ id: y, set: "\${{ steps.x.output }}" }] }
    `);
    expect(problem.code).to.equal('expression_failed');
  });

  it('with onError collect a failing branch is part of the output', async () => {
    const { output } = await run(
      `steps: [{ id: both, parallel: { onError: collect, branches: { a: [{ id: x, tool: x }], b: [{ id: y, set: 2 }] } } }]`,
      {
        reply: () => {
          throw new Problem('tool_failed', 'no');
        },
      },
    );
    expect(output).to.deep.equal({
      a: { status: 'failed', output: null, error: { code: 'tool_failed', message: 'no', details: null } },
      b: { status: 'succeeded', output: 2, error: null },
    });
  });
});

describe('workflow: branch', () => {
  const decide = `
    steps:
      - id: decide
        branch:
          - { when: input == 1, steps: [{ id: one, set: one }] }
          - { when: input < 3, steps: [{ id: two, set: 2 }], output: { two: "\${{ steps.two.output }}" } }
  `;

  it('the first case that holds is taken', async () => {
    expect((await run(decide, { input: 1 })).output).to.equal('one');
    const { output, fake } = await run(decide, { input: 2 });
    expect(output).to.deep.equal({ two: 2 });
    expect(trace(fake.events)).to.deep.equal([
      '+ decide (branch)',
      '+ decide#1/two (set)',
      '- decide#1/two succeeded',
      '- decide succeeded',
    ]);
  });

  it('when no case holds the output is null', async () => {
    expect((await run(decide, { input: 3 })).output).to.equal(null);
  });

  it('else is a case without condition', async () => {
    const { output } = await run(`
      steps: [{ id: d, branch: [{ when: "false", steps: [] }, { steps: [{ id: e, set: other }] }] }]
    `);
    expect(output).to.equal('other');
  });
});

describe('workflow: loop', () => {
  it('repeats until its condition holds; each round sees the one before', async () => {
    const { output, fake } = await run(`
      steps:
        - id: count
          loop: { until: steps.add.output >= 3, maxIterations: 5 }
          steps: [{ id: add, set: "\${{ prev == null ? 1 : prev.n + 1 }}" }]
          output: { n: "\${{ steps.add.output }}", index: "\${{ index }}" }
    `);
    expect(output).to.deep.equal({ n: 3, index: 2 });
    expect([...fake.checkpoints.keys()]).to.deep.equal(['count[0]/add', 'count[1]/add', 'count[2]/add']);
  });

  it('with while it may run no round at all', async () => {
    const { output, fake } = await run(
      `steps: [{ id: count, loop: { while: input.more, maxIterations: 5 }, steps: [{ id: a, set: 1 }] }]`,
      { input: { more: false } },
    );
    expect(output).to.equal(null);
    expect(trace(fake.events)).to.deep.equal(['+ count (loop)', '- count succeeded']);
  });

  it('while is asked before each round and sees the round before', async () => {
    const { output } = await run(`
      steps:
        - id: count
          loop: { while: "prev == null || prev < 3", maxIterations: 3 }
          steps: [{ id: a, set: "\${{ index + 1 }}" }]
    `);
    expect(output).to.equal(3);
  });

  it('a loop that is not done after its last round fails', async () => {
    const { problem, fake } = await runFailing(
      `steps: [{ id: count, loop: { until: "false", maxIterations: 2 }, steps: [{ id: a, tool: x }] }]`,
    );
    expect(problem.toData()).to.deep.equal({
      type: 'limit_reached',
      message: 'step "count" is not done after 2 iterations',
      details: { limit: 'maxIterations', used: 2, allowed: 2 },
    });
    expect(fake.calls.length).to.equal(2);
  });
});

describe('workflow: nested blocks', () => {
  it('the events of nested blocks enclose each other', async () => {
    const { output, fake } = await run(`
      steps:
        - id: outer
          foreach: { items: "[1, 2]", as: n }
          steps:
            - id: pick
              branch:
                - when: n == 1
                  steps: [{ id: skip, if: "false", set: 0 }]
                - steps:
                    - id: rounds
                      loop: { until: "true", maxIterations: 1 }
                      steps: [{ id: deep, set: "\${{ n }}" }]
    `);
    expect(output).to.deep.equal([null, 2]);
    expect(trace(fake.events)).to.deep.equal([
      '+ outer (foreach)',
      '+ outer[0]/pick (branch)',
      '- outer[0]/pick#0/skip skipped',
      '- outer[0]/pick succeeded',
      '+ outer[1]/pick (branch)',
      '+ outer[1]/pick#1/rounds (loop)',
      '+ outer[1]/pick#1/rounds[0]/deep (set)',
      '- outer[1]/pick#1/rounds[0]/deep succeeded',
      '- outer[1]/pick#1/rounds succeeded',
      '- outer[1]/pick succeeded',
      '- outer succeeded',
    ]);
  });
});

describe('workflow: return and fail', () => {
  it('return ends the run from any depth, past the output of the workflow', async () => {
    const { output } = await run(`
      steps:
        - id: a
          branch: [{ steps: [{ id: b, loop: { until: "true", maxIterations: 1 }, steps: [{ id: c, return: { done: true } }] }] }]
        - { id: after, set: late }
      output: other
    `);
    expect(output).to.deep.equal({ done: true });
  });

  it('what is returned is checked against the output schema', async () => {
    const { problem } = await runFailing(`{ outputSchema: { type: string }, steps: [{ id: a, return: 1 }] }`);
    expect(problem.code).to.equal('output_invalid');
  });

  it('fail ends the run with its code, message and details', async () => {
    const { problem } = await runFailing(
      `steps: [{ id: a, fail: { code: out_of_stock, message: "no {{input.sku}}", details: { sku: "\${{ input.sku }}" } } }]`,
      { input: { sku: 'B-7' } },
    );
    expect(problem.toData()).to.deep.equal({
      type: 'out_of_stock',
      message: 'no B-7',
      details: { sku: 'B-7' },
    });
  });

  it('fail without a code is workflow_failed', async () => {
    const { problem } = await runFailing(`steps: [{ id: a, fail: stop here }]`);
    expect(problem.toData()).to.deep.equal({ type: 'workflow_failed', message: 'stop here' });
  });
});
