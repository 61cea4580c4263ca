import assert from 'node:assert/strict';
import type { Store } from '../../ports/store.ts';
import { execution, logged, rejectsWith, type Test } from './samples.ts';

/** What the contract promises of parallel acts, closing, and opening again. */
export function lifeTests(test: Test, reopen: (() => Promise<Store>) | undefined): void {
  test('acts in parallel do not harm each other', async ({ documents, executions, events, checkpoints }) => {
    const work = Array.from({ length: 50 }, async (_, index) => {
      const id = `e${index}`;
      assert.equal(await executions.insert(execution(id, index)), true);
      await Promise.all([
        executions.start(id, index, 1),
        events.append([logged(id, 1)]),
        checkpoints.put(id, 'k', index),
        documents.set('d', id, index),
      ]);
      await events.append([logged(id, 2)]);
      assert.equal(await executions.finish(id, { state: 'succeeded', output: index, endedAt: index }), true);
      assert.equal((await executions.get(id))?.output, index);
      assert.equal(await documents.get('d', id), index);
      assert.equal((await checkpoints.all(id)).get('k'), index);
      assert.equal(await events.last(id), 2);
    });
    await Promise.all(work);
    assert.equal((await executions.list({ states: ['succeeded'] })).length, 50);
  });

  test('a closed store refuses everything, and closing again is no error', async (store) => {
    await store.documents.set('d', 'k', 1);
    await store.close();
    await store.close();
    await rejectsWith('store_unavailable', store.documents.get('d', 'k'));
    await rejectsWith('store_unavailable', store.documents.set('d', 'k', 2));
    await rejectsWith('store_unavailable', store.executions.get('e'));
    await rejectsWith('store_unavailable', store.executions.insert(execution('e', 1)));
    await rejectsWith('store_unavailable', store.events.append([logged('e', 1)]));
    await rejectsWith('store_unavailable', store.events.last('e'));
    await rejectsWith('store_unavailable', store.checkpoints.put('e', 'k', 1));
    await rejectsWith('store_unavailable', store.checkpoints.all('e'));
  });

  test('closing waits for writes that were asked for before', async (store) => {
    const writes = Array.from({ length: 30 }, (_, index) => store.documents.set('d', `k${index}`, index));
    await store.close();
    await Promise.all(writes);
  });

  if (reopen === undefined) return;
  test('what was written is there after opening again', async (store) => {
    assert.equal(store.durable, true);
    await store.documents.set('d', 'k', { a: 1 });
    await store.executions.insert(execution('e', 1));
    await store.executions.finish('e', { state: 'succeeded', output: [1], endedAt: 2 });
    await store.events.append([logged('e', 1), logged('e', 2)]);
    await store.checkpoints.put('e', 'k', 'v');
    await store.close();
    const again = await reopen();
    try {
      assert.deepEqual(await again.documents.get('d', 'k'), { a: 1 });
      assert.deepEqual(await again.executions.get('e'), {
        ...execution('e', 1),
        state: 'succeeded',
        output: [1],
        endedAt: 2,
      });
      assert.deepEqual(await again.events.read('e', { after: 0, limit: 9 }), [
        logged('e', 1),
        logged('e', 2),
      ]);
      assert.deepEqual([...(await again.checkpoints.all('e'))], [['k', 'v']]);
    } finally {
      await again.close();
    }
  });
}
