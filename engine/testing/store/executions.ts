import assert from 'node:assert/strict';
import { noUsage } from '../../core/message.ts';
import type { Execution } from '../../ports/store.ts';
import { execution, type Test } from './samples.ts';

/** What the contract promises of executions. */
export function executionTests(test: Test): void {
  test('an execution comes back as it was inserted', async ({ executions }) => {
    const full: Execution = {
      ...execution('full', 5),
      input: { a: [1, null, '"'] },
      output: null,
      error: { type: 'timeout', message: 'too late', details: { ms: 5 } },
      idempotencyKey: 'key "1"',
      parent: 'workflow:outer:1',
      owner: 'token:website',
      attempts: 3,
      cancel: { type: 'cancelled', message: 'stop it' },
      usage: { ...noUsage, inputTokens: 3, costUsd: 0.25 },
      startedAt: 1_700_000_000_001,
      endedAt: 1_700_000_000_002,
    };
    await executions.insert(full);
    await executions.insert(execution('bare', 6));
    assert.deepEqual(await executions.get('full'), full);
    assert.deepEqual(await executions.get('bare'), execution('bare', 6));
    assert.equal(await executions.get('missing'), undefined);
  });

  test('the first insert of an id wins', async ({ executions }) => {
    const inserted = await Promise.all(
      Array.from({ length: 20 }, (_, index) => executions.insert(execution('same', index))),
    );
    assert.equal(inserted.filter(Boolean).length, 1);
    assert.equal((await executions.get('same'))?.createdAt, inserted.indexOf(true));
  });

  test('the first outcome wins', async ({ executions }) => {
    await executions.insert(execution('e', 1));
    const finished = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        executions.finish('e', {
          state: index % 2 === 0 ? 'succeeded' : 'failed',
          output: index,
          endedAt: index,
        }),
      ),
    );
    const winner = finished.indexOf(true);
    assert.equal(finished.filter(Boolean).length, 1);
    assert.deepEqual(await executions.get('e'), {
      ...execution('e', 1),
      state: winner % 2 === 0 ? 'succeeded' : 'failed',
      output: winner,
      endedAt: winner,
    });
    assert.equal(await executions.finish('missing', { state: 'failed', endedAt: 1 }), false);
  });

  test('starting marks running, counts the attempt, keeps the first start, and does not touch what has ended', async ({
    executions,
  }) => {
    await executions.insert(execution('e', 1));
    await executions.start('e', 10, 1);
    await executions.start('e', 20, 2);
    await executions.start('missing', 20, 1);
    assert.deepEqual(await executions.get('e'), {
      ...execution('e', 1),
      state: 'running',
      attempts: 2,
      startedAt: 10,
    });
    await executions.finish('e', { state: 'cancelled', endedAt: 30 });
    await executions.start('e', 40, 3);
    assert.equal((await executions.get('e'))?.state, 'cancelled');
  });

  test('an idempotency key admits one execution of a kind and name', async ({ executions }) => {
    const keyed = (id: string, more: Partial<Execution> = {}): Execution => ({
      ...execution(id, 1),
      idempotencyKey: 'k',
      ...more,
    });
    const inserted = await Promise.all(
      Array.from({ length: 20 }, (_, index) => executions.insert(keyed(`e${index}`))),
    );
    assert.equal(inserted.filter(Boolean).length, 1);
    assert.equal(await executions.insert(keyed('other', { name: 'other' })), true);
    assert.equal(await executions.insert(keyed('submission', { kind: 'submission' })), true);
    assert.equal(await executions.insert(execution('without', 1)), true);
    const first = await executions.byIdempotencyKey('run', 'flow', 'k');
    assert.equal(first?.id, `e${inserted.indexOf(true)}`);
    assert.equal(await executions.byIdempotencyKey('run', 'flow', 'unknown'), undefined);
  });

  test('marking and cancelling touch only what has not ended, and the first reason stays', async ({
    executions,
  }) => {
    const reason = { type: 'cancelled', message: 'first' };
    await executions.insert(execution('e', 1));
    await executions.mark('e', 'waiting');
    assert.equal(await executions.cancel('e', reason), true);
    assert.equal(await executions.cancel('e', { type: 'cancelled', message: 'second' }), true);
    const waiting = { ...execution('e', 1), state: 'waiting', cancel: reason };
    assert.deepEqual(await executions.get('e'), waiting);
    await executions.finish('e', { state: 'cancelled', endedAt: 2 });
    await executions.mark('e', 'running');
    assert.equal(await executions.cancel('e', reason), false);
    assert.equal(await executions.cancel('missing', reason), false);
    assert.deepEqual(await executions.get('e'), { ...waiting, state: 'cancelled', endedAt: 2 });
  });

  test('a list has the last admitted first, whatever the clocks said', async ({ executions }) => {
    for (const [id, createdAt] of [
      ['b', 1],
      ['a', 1],
      ['c', 3],
      ['d', 2],
    ] as const) {
      await executions.insert(execution(id, createdAt));
    }
    assert.deepEqual(ids(await executions.list({})), ['d', 'c', 'a', 'b']);
    assert.deepEqual(ids(await executions.list({ limit: 2 })), ['d', 'c']);
  });

  test('pages by "before" give every execution once', async ({ executions }) => {
    const expected = Array.from({ length: 25 }, (_, index) => `e${String(index).padStart(2, '0')}`).reverse();
    for (const [index, id] of [...expected].reverse().entries()) {
      await executions.insert(execution(id, Math.floor(index / 3)));
    }
    const seen: string[] = [];
    for (let before: string | undefined; ; before = seen.at(-1)) {
      const page = await executions.list({ limit: 4, ...(before === undefined ? {} : { before }) });
      seen.push(...ids(page));
      if (page.length < 4) break;
    }
    assert.deepEqual(seen, expected);
    assert.deepEqual(await executions.list({ before: 'missing' }), []);
  });

  test('a list has at most 100 executions when not told otherwise, and at most 1000', async ({
    executions,
  }) => {
    await Promise.all(
      Array.from({ length: 1010 }, (_, index) => executions.insert(execution(`e${index}`, index))),
    );
    assert.equal((await executions.list({})).length, 100);
    assert.equal((await executions.list({ limit: 5000 })).length, 1000);
  });

  test('a brief list leaves out what may be large, and nothing else', async ({ executions }) => {
    const whole: Execution = { ...execution('a', 1), input: { x: 'y' }, parent: 'b', owner: 'me' };
    await executions.insert(whole);
    await executions.finish('a', { state: 'succeeded', output: { z: 1 }, endedAt: 2 });
    const [listed] = await executions.list({});
    assert.deepEqual([listed?.input, listed?.output], [{ x: 'y' }, { z: 1 }]);
    const { output: _output, ...rest } = listed ?? whole;
    assert.deepEqual(await executions.list({ brief: true }), [{ ...rest, input: null }]);
  });

  test('filters narrow a list by kind, name and state', async ({ executions }) => {
    await executions.insert({ ...execution('run1', 1), kind: 'run', name: 'refund' });
    await executions.insert({ ...execution('run2', 2), kind: 'run', name: 'other', state: 'running' });
    await executions.insert({
      ...execution('sub1', 3),
      kind: 'submission',
      name: 'refund',
      state: 'waiting',
    });
    await executions.insert({ ...execution('sub2', 4), kind: 'submission', name: 'other' });
    await executions.finish('sub2', { state: 'failed', endedAt: 5 });
    const listed = async (filter: Parameters<typeof executions.list>[0]) =>
      ids(await executions.list(filter));
    assert.deepEqual(await listed({ kind: 'run' }), ['run2', 'run1']);
    assert.deepEqual(await listed({ name: 'refund' }), ['sub1', 'run1']);
    assert.deepEqual(await listed({ kind: 'submission', name: 'refund' }), ['sub1']);
    assert.deepEqual(await listed({ states: ['queued', 'running', 'waiting'] }), ['sub1', 'run2', 'run1']);
    assert.deepEqual(await listed({ states: ['failed', 'queued'] }), ['sub2', 'run1']);
    assert.deepEqual(await listed({ states: [] }), []);
    assert.deepEqual(await listed({ kind: 'run', before: 'sub1', limit: 1 }), ['run2']);
    assert.deepEqual(await listed({ since: 3 }), ['sub2', 'sub1']);
    assert.deepEqual(await listed({ since: 5 }), []);
  });

  test('a list is narrowed to an owner, page by page', async ({ executions }) => {
    for (const [index, owner] of ['a', 'b', undefined, 'a', 'b', 'a'].entries())
      await executions.insert({
        ...execution(`e${index}`, index),
        ...(owner === undefined ? {} : { owner }),
      });
    assert.deepEqual(ids(await executions.list({ owner: 'a', limit: 2 })), ['e5', 'e3']);
    assert.deepEqual(ids(await executions.list({ owner: 'a', before: 'e3' })), ['e0']);
    assert.deepEqual(ids(await executions.list({ owner: 'nobody' })), []);
  });

  test('a list is narrowed to a key and what is below it', async ({ executions }) => {
    for (const [index, key] of ['a.b', 'a.b.c', 'a.b.d', 'a.b-c', 'a.bc.d', 'a'].entries())
      await executions.insert({ ...execution(`e${index}`, index), key });
    assert.deepEqual(ids(await executions.list({ under: 'a.b' })), ['e2', 'e1', 'e0']);
    assert.deepEqual(ids(await executions.list({ under: 'a.b.c' })), ['e1']);
  });
}

function ids(executions: readonly Execution[]): string[] {
  return executions.map(({ id }) => id);
}
