import { expect } from 'chai';
import { Problem } from '../../engine/core/problem.ts';
import { runWorkflow } from '../../engine/workflow/index.ts';
import { workflow } from './build.ts';
import { fakeContext, pastOf, trace, type Fake, type FakeOptions } from './fake-context.ts';

/** Runs until a crash, then again on the same records. */
async function crashAndResume(
  yaml: string,
  crashAfter: number,
  first: FakeOptions = {},
  second: FakeOptions = first,
): Promise<{
  readonly output: unknown;
  readonly tokens: number;
  readonly before: Fake;
  readonly after: Fake;
}> {
  const spec = workflow(yaml);
  const before = fakeContext({ ...first, crashAfter });
  const run = runWorkflow(spec, null, before.context, { env: {} });
  expect(await Promise.race([run, before.crashed])).to.equal('crashed');
  const after = fakeContext({ ...second, checkpoints: before.checkpoints, past: pastOf(before.events) });
  const { output, usage } = await runWorkflow(spec, null, after.context, { env: {} });
  return { output, tokens: usage.totalTokens, before, after };
}

const failing = (path: string) => (call: { call: { stepPath: string } }) => {
  if (call.call.stepPath === path) throw new Problem('tool_failed', `${path} failed`);
  return call.call.stepPath;
};

describe('workflow: replay', () => {
  it('recorded steps are not run again, send no events, and count in the usage', async () => {
    const { output, tokens, before, after } = await crashAndResume(
      `
      steps:
        - { id: a, prompt: x }
        - id: lines
          foreach: { items: "[1, 2]", as: n }
          steps: [{ id: ask, prompt: y }]
        - { id: c, set: "\${{ [steps.a.output, steps.lines.output[0], steps.lines.output[1]] }}" }
      `,
      2,
    );
    expect(output).to.deep.equal(['a', 'lines[0]/ask', 'lines[1]/ask']);
    expect(tokens).to.equal(30);
    expect(before.calls.map(({ call }) => call.stepPath)).to.deep.equal(['a', 'lines[0]/ask']);
    expect(after.calls.map(({ call }) => call.stepPath)).to.deep.equal(['lines[1]/ask']);
    expect([...trace(before.events), ...trace(after.events)]).to.deep.equal([
      '+ a (prompt)',
      '- a succeeded',
      '+ lines (foreach)',
      '+ lines[0]/ask (prompt)',
      '- lines[0]/ask succeeded',
      '+ lines[1]/ask (prompt)',
      '- lines[1]/ask succeeded',
      '- lines succeeded',
      '+ c (set)',
      '- c succeeded',
    ]);
  });

  it('a step that failed and was recovered stays recovered, though it would succeed now', async () => {
    const { output, after } = await crashAndResume(
      `
      steps:
        - id: pay
          tool: pay
          catch: [{ steps: [{ id: refund, tool: refund }, { id: note, tool: note }] }]
        - { id: end, set: "\${{ [steps.pay.status, steps.pay.error.message, steps.pay.output] }}" }
      `,
      2,
      { reply: failing('pay') },
      {},
    );
    expect(output).to.deep.equal(['recovered', 'pay failed', 'pay!0/note']);
    expect(after.calls.map(({ call }) => call.stepPath)).to.deep.equal(['pay!0/note']);
  });

  it('a block that failed and was recovered stays recovered, and its steps are not run again', async () => {
    const { output, tokens, after } = await crashAndResume(
      `
      steps:
        - id: block
          branch: [{ steps: [{ id: ask, prompt: x }, { id: bad, tool: x }] }]
          catch: [{ steps: [{ id: one, tool: x }, { id: two, tool: x }] }]
      `,
      3,
      { reply: failing('block#0/bad') },
      {},
    );
    expect(output).to.equal('block!0/two');
    expect(tokens).to.equal(10);
    expect(after.calls.map(({ call }) => call.stepPath)).to.deep.equal(['block!0/two']);
  });

  it('a collected failure stays a failure', async () => {
    const { output, after } = await crashAndResume(
      `
      steps:
        - id: lines
          foreach: { items: "[1, 2]", onError: collect }
          steps: [{ id: a, tool: x }]
          output: fine
        - { id: next, tool: x }
        - { id: last, set: "\${{ steps.lines.output.map(line, line.status) }}" }
      `,
      3,
      { reply: failing('lines[0]/a') },
      {},
    );
    expect(output).to.deep.equal(['failed', 'succeeded']);
    expect(after.calls).to.deep.equal([]);
  });

  it('a step that failed for good runs again when the run is resumed', async () => {
    const spec = workflow(`steps: [{ id: a, tool: x }, { id: b, tool: x }]`);
    const checkpoints = new Map();
    const first = fakeContext({ checkpoints, reply: failing('b') });
    await runWorkflow(spec, null, first.context, { env: {} }).catch(() => undefined);
    const second = fakeContext({ checkpoints });
    expect((await runWorkflow(spec, null, second.context, { env: {} })).output).to.equal('b');
    expect(second.calls.map(({ call }) => [call.stepPath, call.attempt])).to.deep.equal([['b', 1]]);
  });

  it('work that crashes cut off is a further attempt, with the same key, and may be tried as often as ever', async () => {
    const fake = fakeContext({
      past: new Map([['a', { state: 'started', starts: 2 }]]),
      reply: ({ call }) => {
        if (call.attempt < 4) throw new Problem('tool_failed', 'no');
        return call.attempt;
      },
    });
    const yaml = `
      steps:
        - { id: a, tool: pay, retry: { maxAttempts: 2, delay: 1ms, on: [tool_failed] } }
        - { id: b, set: "\${{ steps.a.attempts }}" }
    `;
    const { output } = await runWorkflow(workflow(yaml), null, fake.context, { env: {} });
    expect(output).to.equal(4);
    expect(fake.calls.map(({ call }) => [call.attempt, call.tries, call.idempotencyKey])).to.deep.equal([
      [3, 1, 'workflow:test:1/a'],
      [4, 2, 'workflow:test:1/a'],
    ]);
    expect(fake.events[0]?.data).to.deep.equal({ verb: 'tool', attempt: 3 });
  });
});
