import assert from 'node:assert/strict';
import { execution, type Test } from './samples.ts';

/** What the contract promises of checkpoints. */
export function checkpointTests(test: Test): void {
  test('the first write of a checkpoint wins', async ({ checkpoints }) => {
    await checkpoints.put('e', 'steps/a', { n: 1 });
    await checkpoints.put('e', 'steps/a', { n: 2 });
    await checkpoints.put('e', 'lines[3]/judge', null);
    await checkpoints.put('f', 'steps/a', 'other');
    assert.deepEqual(
      [...(await checkpoints.all('e'))].sort(([a], [b]) => (a < b ? -1 : 1)),
      [
        ['lines[3]/judge', null],
        ['steps/a', { n: 1 }],
      ],
    );
    assert.deepEqual([...(await checkpoints.all('f'))], [['steps/a', 'other']]);
    assert.deepEqual([...(await checkpoints.all('g'))], []);
  });

  test('the first records of an execution are stored with it, and none of one that is there already', async ({
    executions,
    checkpoints,
  }) => {
    const keyed = (id: string) => ({ ...execution(id, 1), idempotencyKey: 'k' });
    const inserted = await Promise.all([
      executions.insert(keyed('e'), [
        ['?by', 'ann'],
        ['?left', { turns: 1 }],
      ]),
      executions.insert(keyed('again'), [['?by', 'bob']]),
    ]);
    assert.deepEqual(inserted, [true, false]);
    assert.deepEqual(Object.fromEntries(await checkpoints.all('e')), { '?by': 'ann', '?left': { turns: 1 } });
    assert.deepEqual([...(await checkpoints.all('again'))], []);
    await checkpoints.put('e', '?by', 'carl');
    assert.equal((await checkpoints.all('e')).get('?by'), 'ann');
  });
}
