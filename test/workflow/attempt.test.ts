import { expect } from 'chai';
import { Problem } from '../../engine/core/problem.ts';
import { trace, type Reply } from './fake-context.ts';
import { run, runFailing } from './run.ts';

const busy = (times: number): Reply => {
  let left = times;
  return () => {
    left -= 1;
    if (left >= 0) throw new Problem('model_unavailable', 'try later');
    return 'done';
  };
};

describe('workflow: attempts', () => {
  it('a failure that may pass is tried again, with growing waits and the same idempotency key', async () => {
    const { output, fake } = await run(
      `
      steps:
        - { id: a, tool: x, retry: { maxAttempts: 4, delay: 1s, backoff: exponential } }
        - { id: b, set: "\${{ steps.a.attempts }}" }
      `,
      { reply: busy(3) },
    );
    expect(output).to.equal(4);
    expect(fake.time.now()).to.equal(7_000);
    expect(fake.calls.map(({ call }) => [call.attempt, call.idempotencyKey])).to.deep.equal(
      [1, 2, 3, 4].map((attempt) => [attempt, 'workflow:test:1/a']),
    );
    expect(trace(fake.events).slice(0, 5)).to.deep.equal([
      '+ a (tool)',
      '! a: attempt 1 of 4 failed: try later',
      '! a: attempt 2 of 4 failed: try later',
      '! a: attempt 3 of 4 failed: try later',
      '- a succeeded',
    ]);
  });

  for (const [backoff, total] of [
    ['fixed', 6_000],
    ['linear', 12_000],
    ['exponential', 14_000],
  ] as const) {
    it(`backoff ${backoff} waits ${total} ms over three retries of 2 s`, async () => {
      const yaml = `steps: [{ id: a, tool: x, retry: { maxAttempts: 4, delay: 2s, backoff: ${backoff} } }]`;
      const { fake } = await run(yaml, { reply: busy(3) });
      expect(fake.time.now()).to.equal(total);
    });
  }

  it('no wait is longer than maxDelay', async () => {
    const yaml = `steps: [{ id: a, tool: x, retry: { maxAttempts: 5, delay: 30s, maxDelay: 1m } }]`;
    const { fake } = await run(yaml, { reply: busy(4) });
    expect(fake.time.now()).to.equal(30_000 + 60_000 * 3);
  });

  it('a failure that cannot pass is not tried again', async () => {
    const { problem, fake } = await runFailing(`steps: [{ id: a, tool: x, retry: { maxAttempts: 4 } }]`, {
      reply: () => {
        throw new Problem('tool_failed', 'no');
      },
    });
    expect(problem.code).to.equal('tool_failed');
    expect(fake.calls.length).to.equal(1);
  });

  it('with "on", exactly the named failures are tried again', async () => {
    const yaml = `steps: [{ id: a, tool: x, retry: { maxAttempts: 2, on: [tool_failed] } }]`;
    const other = await runFailing(yaml, { reply: busy(1) });
    expect(other.fake.calls.length).to.equal(1);
    const named = await runFailing(yaml, {
      reply: () => {
        throw new Problem('tool_failed', 'no');
      },
    });
    expect(named.fake.calls.length).to.equal(2);
  });

  it('an attempt that takes too long is stopped and fails with timeout', async () => {
    const { problem, fake } = await runFailing(`steps: [{ id: a, tool: x, timeout: 10s }]`, {
      reply: async ({ call }, time) => {
        await time.sleep(60_000, call.signal);
        return null;
      },
    });
    expect(problem.toData()).to.deep.equal({
      type: 'timeout',
      message: 'step "a" took longer than 10s',
      details: { timeoutMs: 10_000 },
    });
    expect(fake.time.now()).to.equal(10_000);
    expect(fake.working()).to.equal(0);
  });

  it('the timeout is that of one attempt', async () => {
    const { output, fake } = await run(`steps: [{ id: a, tool: x, timeout: 10s, retry: { delay: 1s } }]`, {
      reply: async ({ call }, time) => {
        if (call.attempt === 1) await time.sleep(60_000, call.signal);
        return call.attempt;
      },
    });
    expect(output).to.equal(2);
    expect(fake.time.now()).to.equal(11_000);
  });

  it('the timeout of a block stops the steps inside it', async () => {
    const { output, fake } = await run(
      `
      steps:
        - id: lines
          foreach: { items: "[1, 2]", maxConcurrency: 2 }
          timeout: 1s
          steps: [{ id: slow, tool: x, catch: [{ output: inner }] }]
          catch: [{ on: [timeout], output: "\${{ error.message }}" }]
      `,
      {
        reply: async ({ call }, time) => {
          await time.sleep(60_000, call.signal);
          return null;
        },
      },
    );
    expect(output).to.equal('step "lines" took longer than 1s');
    expect(fake.time.now()).to.equal(1_000);
  });

  it('a block that is tried again keeps what its steps have recorded', async () => {
    const { output, fake } = await run(
      `
      steps:
        - id: block
          branch: [{ steps: [{ id: a, tool: a }, { id: b, tool: b }] }]
          retry: { maxAttempts: 3, delay: 1s }
        - { id: after, set: "\${{ steps.block.attempts }}" }
      `,
      { reply: (call, time) => (call.call.stepPath === 'block#0/b' ? flaky(call, time) : 'a') },
    );
    expect(output).to.equal(2);
    expect(fake.calls.map(({ call }) => call.stepPath)).to.deep.equal([
      'block#0/a',
      'block#0/b',
      'block#0/b',
    ]);
  });
  const flaky = busy(1);
});

describe('workflow: catch', () => {
  const declined: Reply = ({ call }) => {
    if (call.stepPath !== 'pay') return call.stepPath;
    throw new Problem('payment.declined', 'no money', { details: { limit: 5 } });
  };

  it('a caught failure gives the output of its catch, and status recovered', async () => {
    const { output, fake } = await run(
      `
      steps:
        - id: pay
          tool: pay
          catch: [{ on: [timeout], output: late }, { on: [payment.declined], output: { paymentId: null } }]
        - { id: after, set: "\${{ steps.pay }}" }
      `,
      { reply: declined },
    );
    const error = { code: 'payment.declined', message: 'no money', details: { limit: 5 } };
    expect(output).to.deep.equal({ output: { paymentId: null }, status: 'recovered', error, attempts: 1 });
    expect(trace(fake.events)).to.deep.equal([
      '+ pay (tool)',
      '- pay recovered',
      '+ after (set)',
      '- after succeeded',
    ]);
  });

  it("the steps of a catch see the error, and their last output is the step's", async () => {
    const { output, fake } = await run(
      `
      steps:
        - id: pay
          tool: pay
          catch: [{ steps: [{ id: note, tool: note }, { id: why, set: "\${{ error.code + ': ' + error.message }}" }] }]
      `,
      { reply: declined },
    );
    expect(output).to.equal('payment.declined: no money');
    expect([...fake.checkpoints.keys()]).to.deep.equal(['pay', 'pay!0/note', 'pay!0/why']);
    expect(trace(fake.events)).to.deep.equal([
      '+ pay (tool)',
      '+ pay!0/note (tool)',
      '- pay!0/note succeeded',
      '+ pay!0/why (set)',
      '- pay!0/why succeeded',
      '- pay recovered',
    ]);
  });

  it('a catch without steps and output gives null', async () => {
    const { output } = await run(`steps: [{ id: pay, tool: pay, catch: [{}] }]`, { reply: declined });
    expect(output).to.equal(null);
  });

  it('a failure no entry names ends the run', async () => {
    const { problem } = await runFailing(`steps: [{ id: pay, tool: pay, catch: [{ on: [timeout] }] }]`, {
      reply: declined,
    });
    expect(problem.code).to.equal('payment.declined');
  });

  it('a failure of a catch is the failure of its step', async () => {
    const { problem, fake } = await runFailing(
      `steps: [{ id: pay, tool: pay, catch: [{ steps: [{ id: give_up, fail: { code: lost, message: gone } }] }] }]`,
      { reply: declined },
    );
    expect(problem.code).to.equal('lost');
    expect(trace(fake.events)).to.deep.equal([
      '+ pay (tool)',
      '+ pay!0/give_up (fail)',
      '- pay!0/give_up failed',
      '- pay failed',
    ]);
  });

  it('a catch of a block takes the failures of the steps inside it', async () => {
    const { output } = await run(
      `
      steps:
        - id: block
          branch: [{ steps: [{ id: stop, fail: { code: full, message: "no room", details: { n: 3 } } }] }]
          catch: [{ on: [full], output: "\${{ error.details.n }}" }]
      `,
    );
    expect(output).to.equal(3);
  });

  it('a catch may return', async () => {
    const { output } = await run(
      `steps: [{ id: pay, tool: pay, catch: [{ steps: [{ id: stop, return: early }] }] }, { id: after, set: late }]`,
      { reply: declined },
    );
    expect(output).to.equal('early');
  });
});
