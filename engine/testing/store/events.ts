import assert from 'node:assert/strict';
import { logged, rejectsWith, type Test } from './samples.ts';

/** What the contract promises of events. */
export function eventTests(test: Test): void {
  test('events come back as they were appended, in index order, page by page', async ({ events }) => {
    const all = Array.from({ length: 25 }, (_, index) => logged('e', index + 1));
    await events.append(all.slice(0, 10));
    await events.append(all.slice(10));
    await events.append([]);
    assert.deepEqual(await events.read('e', { after: 0, limit: 100 }), all);
    assert.deepEqual(await events.read('e', { after: 5, limit: 3 }), all.slice(5, 8));
    assert.deepEqual(await events.read('e', { after: 24, limit: 3 }), all.slice(24));
    assert.deepEqual(await events.read('e', { after: 25, limit: 3 }), []);
  });

  test('executions have their own events', async ({ events }) => {
    await events.append([logged('a', 1), logged('b', 1), logged('a', 2)]);
    assert.deepEqual(await events.read('a', { after: 0, limit: 9 }), [logged('a', 1), logged('a', 2)]);
    assert.equal(await events.last('a'), 2);
    assert.equal(await events.last('b'), 1);
    assert.equal(await events.last('c'), 0);
    assert.deepEqual(await events.read('c', { after: 0, limit: 9 }), []);
  });

  test('an index is stored once, and a batch is stored whole or not at all', async ({ events }) => {
    await events.append([logged('e', 1), logged('e', 2)]);
    await rejectsWith('store_unavailable', events.append([logged('e', 3), logged('e', 2, 'other')]));
    assert.deepEqual(await events.read('e', { after: 0, limit: 9 }), [logged('e', 1), logged('e', 2)]);
    await events.append([logged('e', 3)]);
    assert.equal(await events.last('e'), 3);
  });

  test('a failing append harms no other that is asked for with it', async ({ events }) => {
    await events.append([logged('e', 1)]);
    const results = await Promise.allSettled([
      events.append([logged('f', 1)]),
      events.append([logged('e', 1)]),
      events.append([logged('f', 2)]),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.equal(await events.last('f'), 2);
  });

  test('reading does not get slower with the number of events before', async ({ events }) => {
    const count = 16_000;
    for (let from = 0; from < count; from += 2000) {
      await events.append(Array.from({ length: 2000 }, (_, index) => logged('e', from + index + 1)));
    }
    const timeOf = async (after: number): Promise<number> => {
      const start = performance.now();
      for (let round = 0; round < 20; round += 1) {
        const page = await events.read('e', { after, limit: 50 });
        assert.equal(page[0]?.index, after + 1);
        assert.equal(page.length, 50);
      }
      return performance.now() - start;
    };
    await timeOf(0);
    const early = Math.min(await timeOf(0), await timeOf(0), await timeOf(0));
    const late = Math.min(await timeOf(15_900), await timeOf(15_900), await timeOf(15_900));
    assert.ok(late < early * 4 + 5, `first page ${early.toFixed(1)} ms, last page ${late.toFixed(1)} ms`);
  });
}
