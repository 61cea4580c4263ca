import { expect } from 'chai';
import { callWithRetries, defaultRetry } from '../../../engine/adapters/model/retry-calls.ts';
import { Problem } from '../../../engine/core/problem.ts';
import type { Clock } from '../../../engine/ports/clock.ts';
import type { ModelEvent } from '../../../engine/ports/model.ts';
import type { ProviderRetry } from '../../../engine/program/model.ts';

describe('calls that are made again', () => {
  it('wait twice as long each time, up to the longest wait', async () => {
    const { waits, code } = await run({ maxAttempts: 6, delayMs: 100, maxDelayMs: 350, budgetMs: 60_000 });
    expect(waits).to.deep.equal([100, 200, 350, 350, 350]);
    expect(code).to.equal('model_unavailable');
  });

  it('wait longer by up to a half, by chance', async () => {
    const { waits } = await run({ ...defaultRetry, maxAttempts: 4 }, { random: 'ZZ' });
    expect(waits.map((wait) => Math.round(wait / 10) * 10)).to.deep.equal([750, 1500, 3000]);
    const neighbours = await Promise.all(['A3', 'A4'].map((random) => run(defaultRetry, { random })));
    expect(neighbours.map((one) => one.waits[0])).to.deep.equal([526, 534]);
  });

  it('wait as long as they are asked to, and not at all for longer than the longest wait', async () => {
    const asked = { ...defaultRetry, maxAttempts: 2 };
    expect((await run(asked, { retryAfterMs: 9_000 })).waits).to.deep.equal([9_000]);
    expect((await run(asked, { retryAfterMs: 31_000 })).waits).to.deep.equal([]);
  });

  it('end when the next one would begin after the budget', async () => {
    const { waits, calls } = await run({
      maxAttempts: 100,
      delayMs: 1_000,
      maxDelayMs: 1_000,
      budgetMs: 5_000,
    });
    expect(waits).to.have.length(5);
    expect(calls).to.equal(6);
  });

  it('count the time of the calls themselves', async () => {
    const { calls } = await run({ ...defaultRetry, budgetMs: 10_000 }, { callMs: 9_000 });
    expect(calls).to.equal(2);
  });

  it('are one call with one attempt', async () => {
    expect((await run({ ...defaultRetry, maxAttempts: 1 })).calls).to.equal(1);
  });
});

interface Course {
  readonly retryAfterMs?: number;
  /** Characters of the random part of ids. */
  readonly random?: string;
  /** How long each call takes before it fails. */
  readonly callMs?: number;
}

/** Calls what always fails, by a clock that only moves when somebody waits. */
async function run(
  retry: ProviderRetry,
  { retryAfterMs, random = '00', callMs = 0 }: Course = {},
): Promise<{ readonly waits: number[]; readonly calls: number; readonly code: string }> {
  let now = 0;
  let calls = 0;
  const waits: number[] = [];
  const clock: Clock = {
    now: () => now,
    elapsed: () => now,
    ulid: () => `01J000000000000000000000${random}`,
    sleep(ms) {
      now += ms;
      waits.push(ms);
      return Promise.resolve();
    },
  };
  const events: ModelEvent[] = [];
  try {
    for await (const event of callWithRetries(fails, {
      model: 'local/fake',
      retry,
      clock,
      signal: new AbortController().signal,
      read: (thrown) => ({
        problem: thrown as Problem,
        retryable: true,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      }),
    }))
      events.push(event);
  } catch (thrown) {
    expect(
      events.map((event) => (event.type === 'retry' ? [event.attempt, event.waitMs] : [])),
    ).to.deep.equal(waits.map((wait, index) => [index + 1, wait]));
    return { waits, calls, code: (thrown as Problem).code };
  }
  throw new Error('it did not fail');

  // eslint-disable-next-line require-yield
  async function* fails(): AsyncGenerator<ModelEvent> {
    calls += 1;
    now += callMs;
    await Promise.resolve();
    throw new Problem('model_unavailable', 'busy');
  }
}
