import assert from 'node:assert/strict';
import { execution, type Test } from './samples.ts';

/** What the contract promises of signals. */
export function signalTests(test: Test): void {
  const signal = (topic: string, idempotencyKey: string, payload: string) =>
    ({ topic, idempotencyKey, payload, at: 5 }) as const;

  test('signals are kept in order of arrival, each idempotency key once a topic', async ({
    executions,
    signals,
  }) => {
    await executions.insert(execution('e', 1));
    await executions.insert(execution('f', 1));
    assert.equal(await signals.put('e', signal('approve', '1', 'yes')), true);
    assert.equal(await signals.put('e', signal('approve', '1', 'no')), false);
    assert.equal(await signals.put('e', signal('approve', '2', 'later')), true);
    assert.equal(await signals.put('e', signal('other', '1', 'b "c"')), true);
    assert.equal(await signals.put('f', signal('approve', '1', 'f')), true);
    const kept = await signals.all('e');
    assert.deepEqual(
      kept.map(({ topic, payload, at }) => [topic, payload, at]),
      [
        ['approve', 'yes', 5],
        ['approve', 'later', 5],
        ['other', 'b "c"', 5],
      ],
    );
    assert.ok(kept.every(({ seq }, place) => place === 0 || seq > (kept[place - 1]?.seq ?? 0)));
    assert.deepEqual(await signals.all('g'), []);
  });

  test('an execution that is unknown or has ended takes no signals', async ({ executions, signals }) => {
    assert.equal(await signals.put('missing', signal('t', '1', 'x')), false);
    await executions.insert(execution('e', 1));
    await executions.finish('e', { state: 'succeeded', endedAt: 2 });
    assert.equal(await signals.put('e', signal('t', '1', 'x')), false);
    assert.deepEqual(await signals.all('e'), []);
  });
}
