import { expect } from 'chai';
import { openMemoryStore } from '../../../engine/adapters/store/memory.ts';
import { watchWrites } from '../../../engine/adapters/store/watch-writes.ts';
import { Problem } from '../../../engine/core/problem.ts';
import { failureOf } from '../../engine/kit.ts';

describe('a store that is watched', () => {
  it('says whether it takes writes, and tries only while it did not, once a second', async () => {
    let now = 0;
    let isFull = false;
    const written: string[] = [];
    const memory = openMemoryStore();
    const set: typeof memory.documents.set = async (namespace, key, value) => {
      written.push(namespace);
      if (isFull) throw new Problem('store_unavailable', 'it is full');
      await memory.documents.set(namespace, key, value);
    };
    const { store, takesWrites } = watchWrites(
      { ...memory, documents: { ...memory.documents, set } },
      { elapsed: () => now },
    );
    await takesWrites();
    isFull = true;
    // Nobody wrote anything since.
    await takesWrites();
    const full = { type: 'store_unavailable', message: 'it is full' };
    expect(await failureOf(store.documents.set('d', 'k', 1))).to.deep.equal(full);
    expect(await Promise.all([1, 2, 3].map(() => failureOf(takesWrites())))).to.deep.equal([
      full,
      full,
      full,
    ]);
    now += 999;
    isFull = false;
    expect(await failureOf(takesWrites())).to.deep.equal(full);
    expect(written).to.deep.equal(['d', 'trial']);
    now += 1;
    await takesWrites();
    await takesWrites();
    expect(written).to.deep.equal(['d', 'trial', 'trial']);
    expect(await store.documents.keys('trial', { limit: 1 })).to.deep.equal([]);
    // What is written counts as well as what is only tried.
    isFull = true;
    await failureOf(store.documents.set('d', 'k', 1));
    isFull = false;
    await store.documents.set('d', 'k', 2);
    await takesWrites();
    expect(written.filter((one) => one === 'trial')).to.have.length(2);
    expect(await store.documents.get('d', 'k')).to.equal(2);
  });
});
