import assert from 'node:assert/strict';
import { Problem } from '../../core/problem.ts';
import { never, run, turns, type Test } from './world.ts';

/** What the contract promises of order. */
export function orderTests(test: Test): void {
  test('executions of one key run one at a time in order of admission; others do not wait', async (world) => {
    const order: string[] = [];
    let atWork = 0;
    const { durable } = await world.open(async (_context, { id, key }) => {
      if (key === 'k') assert.equal((atWork += 1), 1);
      await turns(3);
      order.push(id);
      if (key === 'k') atWork -= 1;
      return null;
    });
    const admitted: Promise<unknown>[] = [];
    for (let index = 0; index < 30; index += 1) admitted.push(durable.admit(run(`k${index}`, { key: 'k' })));
    admitted.push(durable.admit(run('free', { key: 'other' })));
    await Promise.all(admitted);
    assert.equal(durable.pending('k').length > 0, true);
    assert.equal(durable.count('k'), durable.pending('k').length);
    await durable.idle();
    assert.deepEqual(
      order.filter((id) => id !== 'free'),
      Array.from({ length: 30 }, (_, index) => `k${index}`),
    );
    assert.ok(order.indexOf('free') < 5);
    assert.deepEqual(durable.pending('k'), []);
  });

  test('a failure lets the next one go', async (world) => {
    const { durable } = await world.open(async (_context, { id }) => {
      if (id === 'a') throw new Problem('tool_failed', 'no');
      return id;
    });
    await durable.admit(run('a', { key: 'k' }));
    await durable.admit(run('b', { key: 'k' }));
    assert.equal((await durable.result('b'))?.output, 'b');
  });

  test('as many as the limit says run at a time', async (world) => {
    let atWork = 0;
    let most = 0;
    const { durable } = await world.open(
      async () => {
        most = Math.max(most, (atWork += 1));
        await turns(3);
        atWork -= 1;
        return null;
      },
      { limit: () => 3 },
    );
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => durable.admit(run(`e${index}`, { key: 'k' }))),
    );
    await durable.idle();
    assert.equal(most, 3);
  });

  test('order holds through a crash', async (world) => {
    const first = await world.open(() => never);
    for (const id of ['a', 'b', 'c']) await first.durable.admit(run(id, { key: 'k' }));
    await first.crash();
    const order: string[] = [];
    const { durable } = await world.reopen(async (_context, { id }) => {
      order.push(id);
      return null;
    });
    await durable.idle();
    assert.deepEqual(order, ['a', 'b', 'c']);
  });
}
