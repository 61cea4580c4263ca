import assert from 'node:assert/strict';
import type { Json } from '../../core/json.ts';
import type { Test } from './samples.ts';

/** What the contract promises of documents. */
export function documentTests(test: Test): void {
  test('a document comes back as it was set', async ({ documents }) => {
    const values: Json[] = [
      null,
      true,
      false,
      0,
      -1.5,
      1e21,
      '',
      ':colon',
      ':base64:aGk=',
      'tab\t newline\n nul\u0000 é 漢 😀',
      '\ud800',
      [],
      [1, [2, [null]]],
      {},
      { a: { b: [{ c: null }] }, 'key with "quotes"': ':x' },
    ];
    for (const [index, value] of values.entries()) await documents.set('d', `k${index}`, value);
    for (const [index, value] of values.entries()) {
      assert.deepEqual(await documents.get('d', `k${index}`), value);
    }
    assert.deepEqual(
      await documents.getMany(
        'd',
        values.map((_, index) => `k${index}`),
      ),
      values,
    );
  });

  test('a missing document is undefined', async ({ documents }) => {
    await documents.set('d', 'there', 1);
    assert.equal(await documents.get('d', 'missing'), undefined);
    assert.deepEqual(await documents.getMany('d', ['missing', 'there', 'missing']), [
      undefined,
      1,
      undefined,
    ]);
    assert.deepEqual(await documents.getMany('d', []), []);
  });

  test('the last set wins, in the order of the calls', async ({ documents }) => {
    await Promise.all(Array.from({ length: 40 }, (_, index) => documents.set('d', 'k', index)));
    assert.equal(await documents.get('d', 'k'), 39);
  });

  test('a deleted document is gone, and deleting again is no error', async ({ documents }) => {
    await documents.set('d', 'k', 1);
    await documents.delete('d', 'k');
    await documents.delete('d', 'k');
    assert.equal(await documents.get('d', 'k'), undefined);
  });

  test('namespaces and keys never meet', async ({ documents }) => {
    const places = [
      ['a', 'x'],
      ['a', 'a:x'],
      ['a', 'A:x'],
      ['a', 'X'],
      ['A', 'x'],
      ['ab', 'x'],
      ['a', 'b:x'],
      ['b', 'x'],
      ['a', 'x%'],
      ['a', 'x_'],
      ['a', ''],
      ['a', ' x'],
      ['a', '../x'],
      ['a', 'é'],
      ['a', 'e\u0301'],
    ] as const;
    for (const [index, [namespace, key]] of places.entries()) await documents.set(namespace, key, index);
    for (const [index, [namespace, key]] of places.entries()) {
      assert.equal(await documents.get(namespace, key), index);
      assert.deepEqual(await documents.getMany(namespace, [key]), [index]);
    }
  });

  test('changing a value after it was set, or after it was read, changes nothing', async ({ documents }) => {
    const value = { list: [1] };
    await documents.set('d', 'k', value);
    value.list.push(2);
    ((await documents.get('d', 'k')) as { list: number[] }).list.push(3);
    assert.deepEqual(await documents.get('d', 'k'), { list: [1] });
  });

  test('a thousand documents are read at once, in the order of their keys', async ({ documents }) => {
    const keys = Array.from({ length: 1000 }, (_, index) => `k${index}`);
    await Promise.all(keys.map((key, index) => documents.set('d', key, index)));
    assert.deepEqual(
      await documents.getMany('d', [...keys].reverse()),
      keys.map((_, index) => 999 - index),
    );
  });
}
