import { expect } from 'chai';
import fc from 'fast-check';
import { Problem } from '../../engine/core/problem.ts';
import { trace, type Reply } from './fake-context.ts';
import { run, runFailing } from './run.ts';

const waiting =
  (delays: readonly number[]): Reply =>
  async ({ call }, time) => {
    const index = Number(/\[(\d+)\]/.exec(call.stepPath)?.[1]);
    await time.sleep(delays[index] ?? 0, call.signal);
    return index;
  };

const each = (fields: string, steps = '[{ id: work, tool: x }]'): string => `
  steps:
    - { id: lines, foreach: { items: input, ${fields} }, steps: ${steps} }
`;

describe('workflow: foreach', () => {
  it('results are in item order whatever order the items finish in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 8 }),
        fc.integer({ min: 1, max: 4 }),
        async (delays, maxConcurrency) => {
          const { output } = await run(each(`maxConcurrency: ${maxConcurrency}`), {
            input: delays,
            reply: waiting(delays),
          });
          expect(output).to.deep.equal(delays.map((_, index) => index));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('one item after the other by default, under the path of its index', async () => {
    const { output, fake } = await run(
      `
      steps:
        - id: lines
          foreach: { items: input.lines, as: line }
          steps: [{ id: double, set: "\${{ line * 2 }}" }]
          output: "\${{ [index, line, steps.double.output] }}"
      `,
      { input: { lines: [5, 6] } },
    );
    expect(output).to.deep.equal([
      [0, 5, 10],
      [1, 6, 12],
    ]);
    expect(trace(fake.events)).to.deep.equal([
      '+ lines (foreach)',
      '+ lines[0]/double (set)',
      '- lines[0]/double succeeded',
      '+ lines[1]/double (set)',
      '- lines[1]/double succeeded',
      '- lines succeeded',
    ]);
    expect([...fake.checkpoints.keys()]).to.deep.equal(['lines[0]/double', 'lines[1]/double']);
  });

  it('at most maxConcurrency items are at work', async () => {
    let atWork = 0;
    let most = 0;
    const { fake } = await run(each('maxConcurrency: 3'), {
      input: [1, 2, 3, 4, 5, 6, 7],
      reply: async (_call, time) => {
        atWork += 1;
        most = Math.max(most, atWork);
        await time.sleep(10);
        atWork -= 1;
        return null;
      },
    });
    expect(most).to.equal(3);
    expect(fake.time.now()).to.equal(30);
  });

  it('no items give an empty list', async () => {
    const { output, fake } = await run(each(''), { input: [] });
    expect(output).to.deep.equal([]);
    expect(trace(fake.events)).to.deep.equal(['+ lines (foreach)', '- lines succeeded']);
  });

  it('items that are no list fail the step', async () => {
    const { problem } = await runFailing(each(''), { input: { a: 1 } });
    expect(problem.code).to.equal('expression_failed');
    expect(problem.message).to.equal('"input" must give a list to step "lines", got a map');
  });

  it('more items than maxItems fail the step before any runs', async () => {
    const { problem, fake } = await runFailing(each('maxItems: 2'), { input: [1, 2, 3] });
    expect(problem.toData()).to.deep.equal({
      type: 'limit_reached',
      message: 'step "lines" has 3 items; its limit is 2',
      details: { limit: 'maxItems', used: 3, allowed: 2 },
    });
    expect(fake.calls).to.deep.equal([]);
  });

  it('the first failure stops the items at work, starts no more, and is the failure of the step', async () => {
    const stopped: string[] = [];
    const { problem, fake } = await runFailing(each('maxConcurrency: 2'), {
      input: [1, 2, 3, 4],
      reply: async ({ call }, time) => {
        if (call.stepPath === 'lines[1]/work') {
          await time.sleep(5);
          throw new Problem('tool_failed', 'second');
        }
        await time.sleep(100, call.signal).catch(async (reason: unknown) => {
          // A sibling that needs time to stop is waited for.
          await time.sleep(20);
          stopped.push((reason as Problem).code);
          throw reason;
        });
        return null;
      },
    });
    expect(problem.message).to.equal('second');
    expect(stopped).to.deep.equal(['aborted']);
    expect(fake.working()).to.equal(0);
    expect(trace(fake.events)).to.deep.equal([
      '+ lines (foreach)',
      '+ lines[0]/work (tool)',
      '+ lines[1]/work (tool)',
      '- lines[1]/work failed',
      '- lines[0]/work failed',
      '- lines failed',
    ]);
  });

  it('a stopped sibling is not recovered by its catch', async () => {
    const { problem } = await runFailing(
      each('maxConcurrency: 2', '[{ id: work, tool: x, catch: [{ on: [aborted] }] }]'),
      {
        input: [1, 2],
        reply: async ({ call }, time) => {
          await time.sleep(call.stepPath === 'lines[1]/work' ? 5 : 100, call.signal);
          throw new Problem('tool_failed', 'second');
        },
      },
    );
    expect(problem.message).to.equal('second');
  });

  it('with onError collect every item ends, and failures are part of the output', async () => {
    const { output } = await run(each('onError: collect, maxConcurrency: 2'), {
      input: [1, 2, 3],
      reply: ({ call }) => {
        if (call.stepPath === 'lines[1]/work') throw new Problem('tool_failed', 'no');
        return call.stepPath;
      },
    });
    expect(output).to.deep.equal([
      { status: 'succeeded', output: 'lines[0]/work', error: null },
      { status: 'failed', output: null, error: { code: 'tool_failed', message: 'no', details: null } },
      { status: 'succeeded', output: 'lines[2]/work', error: null },
    ]);
  });

  it('a return inside ends the run and stops the other items', async () => {
    const { output, fake } = await run(
      `
      steps:
        - id: lines
          foreach: { items: input, as: line, maxConcurrency: 2 }
          steps:
            - { id: work, tool: x }
            - { id: found, if: index == 1, return: { line: "\${{ line }}" } }
        - { id: after, set: never }
      output: never
      `,
      { input: [7, 8, 9], reply: waiting([100, 10, 10]) },
    );
    expect(output).to.deep.equal({ line: 8 });
    expect(fake.time.now()).to.equal(10);
    expect(fake.working()).to.equal(0);
    expect(trace(fake.events)).to.deep.equal([
      '+ lines (foreach)',
      '+ lines[0]/work (tool)',
      '+ lines[1]/work (tool)',
      '- lines[1]/work succeeded',
      '+ lines[1]/found (return)',
      '- lines[1]/found succeeded',
      '- lines[0]/work failed',
      '- lines succeeded',
    ]);
  });
});
