import { expect } from 'chai';
import { Problem } from '../../engine/core/problem.ts';
import { trace } from './fake-context.ts';
import { run, runFailing } from './run.ts';

const asked = (path: string, payload: unknown, at = 1000) => ({
  topic: `answer:${path}?asked`,
  payload: payload as never,
  at,
});

describe('workflow: steps that wait', () => {
  it('a wait takes as long as it says, computed or written', async () => {
    const { output, fake } = await run(
      `
      steps:
        - { id: a, wait: { duration: 90s } }
        - { id: b, wait: { duration: "\${{ input.pause }}" } }
      `,
      { input: { pause: '1h' } },
    );
    expect(output).to.equal(null);
    expect(fake.time.now()).to.equal(90_000 + 3_600_000);
  });

  it('a wait until a moment ends then, and a moment that is past does not wait', async () => {
    const { fake } = await run(`
      steps:
        - { id: a, wait: { until: "2030-01-01T00:01:00Z" } }
        - { id: b, wait: { until: "2030-01-01T01:00:30+01:00" } }
    `);
    expect(fake.time.now()).to.equal(60_000);
  });

  for (const [what, wait, message] of [
    ['length', 'duration: "${{ input.x }}"', 'a duration such as "1h30m"'],
    ['moment', 'until: "${{ input.x }}"', 'a date and time with offset'],
  ]) {
    it(`a ${what} that is none fails the step`, async () => {
      const { problem } = await runFailing(`{ steps: [{ id: a, wait: { ${wait} } }] }`, {
        input: { x: 'soon' },
      });
      expect(problem.toData()).to.deep.equal({
        type: 'expression_failed',
        message: `step "a" must wait for ${message}, got "soon"`,
      });
    });
  }

  it('an event gives what came with it; one that does not fit the schema is passed over', async () => {
    const signals = [{ topic: 'event:go-1', payload: { n: 1 }, at: 5000 }];
    const yaml = 'steps: [{ id: a, wait: { event: "go-{{input.n}}" }, outputSchema: { type: object } }]';
    const { output, fake } = await run(yaml, { signals, input: { n: 1 } });
    expect(output).to.deep.equal({ n: 1 });
    expect(fake.time.now()).to.equal(5000);
    const after = await run(yaml, { signals: [{ ...signals[0]!, payload: 1 }, ...signals], input: { n: 1 } });
    expect(after.output).to.deep.equal({ n: 1 });
    expect(after.fake.events.filter(({ type }) => type === 'log').map(({ data }) => data)).to.deep.equal([
      {
        level: 'warn',
        message: 'an event "go-1" was passed over: its data do not fit the schema at the top',
        fields: { event: 'go-1', places: [''] },
      },
    ]);
  });

  it('an event that does not come in time is a timeout, which a catch may take', async () => {
    const { problem } = await runFailing('steps: [{ id: a, wait: { event: go }, timeout: 2h }]');
    expect(problem.toData()).to.deep.equal({
      type: 'timeout',
      message: 'step "a": no event "go" came within 2h0m',
      details: { timeoutMs: 7_200_000 },
    });
    const { output } = await run(
      'steps: [{ id: a, wait: { event: go }, timeout: 2h, catch: [{ on: [timeout], output: late }] }]',
    );
    expect(output).to.equal('late');
  });

  it('an approval gives the decision, and sends what is asked and answered', async () => {
    const { output, fake } = await run('steps: [{ id: a, approval: { title: "Pay {{input}}?" } }]', {
      input: 'Ada',
      signals: [asked('a', { decision: 'rejected', by: 'bob', data: { why: 'no' } })],
    });
    expect(output).to.deep.include({ decision: 'rejected', by: 'bob', data: { why: 'no' } });
    expect(trace(fake.events)).to.deep.equal([
      '+ a (approval)',
      'approval_requested',
      'approval_resolved',
      '- a succeeded',
    ]);
    expect(fake.events[1]?.data).to.deep.include({ kind: 'approval', title: 'Pay Ada?', message: null });
  });

  for (const [onTimeout, decision] of [
    ['expire', 'expired'],
    ['approve', 'approved'],
    ['reject', 'rejected'],
  ]) {
    it(`an approval nobody gives is decided by onTimeout: ${onTimeout}`, async () => {
      const { output, fake } = await run(
        `steps: [{ id: a, approval: { title: Pay?, onTimeout: ${onTimeout} }, timeout: 2d }]`,
      );
      expect(output).to.deep.equal({ decision, by: null, at: null, data: null });
      expect(fake.time.now()).to.equal(2 * 86_400_000);
    });
  }

  it('an approval nobody gives fails with onTimeout: fail', async () => {
    const { problem } = await runFailing(
      'steps: [{ id: a, approval: { title: Pay?, onTimeout: fail }, timeout: 1h }]',
    );
    expect(problem.toData()).to.deep.include({
      type: 'timeout',
      message: 'step "a": nobody decided within 1h0m',
    });
  });

  it('a question gives the answer, and is a timeout when there is none', async () => {
    const { output } = await run('steps: [{ id: a, ask: { title: Where?, form: { type: string } } }]', {
      signals: [asked('a', { by: null, data: 'here' })],
    });
    expect(output).to.equal('here');
    const { problem } = await runFailing('steps: [{ id: a, ask: { title: Where?, form: {} }, timeout: 1h }]');
    expect(problem.message).to.equal('step "a": nobody answered within 1h0m');
  });

  it('a block that is tried again asks again', async () => {
    const { output, fake } = await run(
      `
      steps:
        - id: block
          loop: { until: "true", maxIterations: 1 }
          retry: { maxAttempts: 2, delay: 1s, on: [timeout] }
          steps: [{ id: a, ask: { title: Where?, form: {} }, timeout: 1h }]
      `,
      { signals: [{ topic: 'answer:block[0]/a?asked~block:2', payload: { data: 'here' }, at: 4_000_000 }] },
    );
    expect(output).to.equal('here');
    expect(trace(fake.events).filter((line) => line === 'approval_requested')).to.have.length(2);
  });

  it('steps that wait are skipped, caught and cancelled like others', async () => {
    const { output } = await run(`
      steps:
        - { id: a, if: "false", approval: { title: Pay? } }
        - id: both
          parallel:
            branches:
              slow: [{ id: b, wait: { duration: 1d } }]
              bad: [{ id: c, fail: no }]
          catch: [{ output: caught }]
    `);
    expect(output).to.equal('caught');
  });

  describe('a workflow step', () => {
    it('gives the output of the run it starts, and counts what that used', async () => {
      const { output, usage, fake } = await run(
        'steps: [{ id: a, workflow: other, with: { n: "${{ input }}" } }]',
        { input: 1, reply: () => ({ ok: true }) },
      );
      expect(output).to.deep.equal({ ok: true });
      expect(usage.totalTokens).to.equal(5);
      expect(fake.calls[0]?.request).to.deep.equal({ workflow: 'other', input: { n: 1 }, left: {} });
      expect(fake.calls[0]?.call.idempotencyKey).to.equal('workflow:test:1/a');
    });

    it('fails with the problem of that run, and tries again with another one', async () => {
      const { output, fake } = await run(
        'steps: [{ id: a, workflow: other, retry: { maxAttempts: 2, delay: 1s, on: [no] } }]',
        {
          reply: ({ call }) => {
            if (call.tries === 1) throw new Problem('no', 'not yet');
            return call.idempotencyKey;
          },
        },
      );
      expect(output).to.equal('workflow:test:1/a~2');
      expect(fake.calls).to.have.length(2);
    });

    it('stops that run when its time is over', async () => {
      let reason: unknown;
      const { problem } = await runFailing('steps: [{ id: a, workflow: other, timeout: 1m }]', {
        reply: async ({ call }, time) => {
          await time.sleep(3_600_000, call.signal).catch((thrown: unknown) => (reason = thrown));
          throw call.signal.reason;
        },
      });
      expect(problem.toData()).to.deep.include({
        type: 'timeout',
        message: 'step "a" took longer than 1m0s',
      });
      expect(reason).to.equal(problem);
    });
  });
});
