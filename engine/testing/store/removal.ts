import assert from 'node:assert/strict';
import type { KeyFilter } from '../../ports/store.ts';
import { execution, logged, type Test } from './samples.ts';

/** What the contract promises of removing what is no longer wanted. */
export function removalTests(test: Test): void {
  test('an execution that ended is removed with all that is stored of it', async (store) => {
    const { executions, events, checkpoints, signals } = store;
    for (const id of ['a', 'b']) {
      await executions.insert({ ...execution(id, 1), idempotencyKey: id });
      await events.append([logged(id, 1), logged(id, 2)]);
      await checkpoints.put(id, 'k', 1);
      await signals.put(id, { topic: 't', idempotencyKey: 'k', payload: 1, at: 1 });
    }
    assert.equal(await executions.remove('a'), false);
    assert.equal(await events.remove('a'), false);
    await executions.finish('a', { state: 'succeeded', endedAt: 5 });
    assert.equal(await executions.remove('a'), true);
    assert.equal(await executions.remove('a'), false);
    assert.equal(await executions.remove('nobody'), false);
    assert.equal(await executions.get('a'), undefined);
    assert.equal(await executions.byIdempotencyKey('run', 'flow', 'a'), undefined);
    assert.deepEqual(await events.read('a', { after: 0, limit: 9 }), []);
    assert.deepEqual([...(await checkpoints.all('a'))], []);
    assert.deepEqual(await signals.all('a'), []);
    assert.equal((await executions.get('b'))?.state, 'queued');
    assert.equal(await events.last('b'), 2);
    assert.deepEqual([...(await checkpoints.all('b'))], [['k', 1]]);
    assert.equal((await signals.all('b')).length, 1);
  });

  test('the events of an execution that ended can go alone', async ({ executions, events }) => {
    await executions.insert(execution('a', 1));
    await events.append([logged('a', 1)]);
    await executions.finish('a', { state: 'failed', endedAt: 5 });
    assert.equal(await events.remove('a'), true);
    assert.equal(await events.remove('a'), false);
    assert.equal(await events.last('a'), 0);
    assert.equal((await executions.get('a'))?.state, 'failed');
  });

  test('executions that ended before a time are listed in the order of admission, page by page', async ({
    executions,
  }) => {
    for (const [index, id] of ['c', 'a', 'd', 'b', 'e'].entries()) {
      await executions.insert(execution(id, index));
      if (id !== 'd') await executions.finish(id, { state: 'succeeded', endedAt: 10 + index });
    }
    const ids = async (before: number, page: { after?: string; limit: number }): Promise<string[]> =>
      (await executions.ended(before, page)).map(({ id }) => id);
    assert.deepEqual(await ids(100, { limit: 2 }), ['c', 'a']);
    assert.deepEqual(await ids(100, { limit: 2, after: 'a' }), ['b', 'e']);
    assert.deepEqual(await ids(100, { limit: 2, after: 'e' }), []);
    assert.deepEqual(await ids(13, { limit: 9 }), ['c', 'a']);
    assert.deepEqual(await ids(10, { limit: 9 }), []);
  });

  test('a forgotten idempotency key is free again, and only those of old executions are', async ({
    executions,
  }) => {
    for (const [id, endedAt] of [
      ['old', 5],
      ['young', 15],
      ['open', undefined],
    ] as const) {
      await executions.insert({ ...execution(id, 1), idempotencyKey: id });
      if (endedAt !== undefined) await executions.finish(id, { state: 'succeeded', endedAt });
    }
    await executions.forgetKeys(10);
    const found = await Promise.all(
      ['old', 'young', 'open'].map(
        async (key) => (await executions.byIdempotencyKey('run', 'flow', key))?.id,
      ),
    );
    assert.deepEqual(found, [undefined, 'young', 'open']);
    assert.equal((await executions.get('old'))?.idempotencyKey, undefined);
    assert.equal(await executions.insert({ ...execution('again', 2), idempotencyKey: 'old' }), true);
  });

  test('the versions of the specs are known that an execution is on which has not succeeded', async ({
    executions,
  }) => {
    await executions.insert(execution('none', 1));
    for (const [id, specs, state] of [
      ['a', 'v1', undefined],
      ['b', 'v1', 'failed'],
      ['c', 'v2', 'succeeded'],
      ['d', 'v3', 'cancelled'],
    ] as const) {
      await executions.insert({ ...execution(id, 1), specs });
      if (state !== undefined) await executions.finish(id, { state, endedAt: 2 });
    }
    assert.equal((await executions.get('a'))?.specs, 'v1');
    assert.deepEqual([...(await executions.specs())].sort(), ['v1', 'v3']);
  });

  test('keys of documents are listed in order, by prefix, page by page', async ({ documents }) => {
    const before = Date.now();
    for (const key of ['b.1', 'a.2', 'a.1', 'aa.1', 'a.3']) await documents.set('d', key, key);
    await documents.set('dd', 'a.9', 1);
    const keys = async (filter: KeyFilter): Promise<string[]> =>
      (await documents.keys('d', filter)).map(({ key }) => key);
    assert.deepEqual(await keys({ limit: 9 }), ['a.1', 'a.2', 'a.3', 'aa.1', 'b.1']);
    assert.deepEqual(await keys({ prefix: 'a.', limit: 2 }), ['a.1', 'a.2']);
    assert.deepEqual(await keys({ prefix: 'a.', after: 'a.2', limit: 9 }), ['a.3']);
    assert.deepEqual(await keys({ prefix: 'c', limit: 9 }), []);
    assert.deepEqual(await keys({ descending: true, limit: 2 }), ['b.1', 'aa.1']);
    assert.deepEqual(await keys({ prefix: 'a.', after: 'a.3', descending: true, limit: 9 }), ['a.2', 'a.1']);
    for (const { at } of await documents.keys('d', { limit: 9 }))
      assert.ok(at >= before - 1 && at <= Date.now() + 1, `${at}`);
  });

  test('what is left survives giving room back', async ({ executions, documents, vacuum }) => {
    await executions.insert(execution('a', 1));
    await documents.set('d', 'k', 1);
    await Promise.all([vacuum(), documents.set('d', 'other', 2), executions.insert(execution('b', 2))]);
    assert.deepEqual(await documents.getMany('d', ['k', 'other']), [1, 2]);
    assert.deepEqual(
      (await executions.list({})).map(({ id }) => id),
      ['b', 'a'],
    );
  });
}
