import assert from 'node:assert/strict';
import type { Test } from './samples.ts';

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
}
