import { expect } from 'chai';
import { asMany } from '../../engine/cli/as-many.ts';

describe('lists at a server', () => {
  const all = Array.from({ length: 250 }, (_, index) => String(index));

  /** What is read, from a server that puts few items on a page. */
  async function read(
    limit?: number,
  ): Promise<{ readonly items: readonly string[]; readonly asked: number[] }> {
    const asked: number[] = [];
    const filter: { readonly limit?: number; readonly before?: string } =
      limit === undefined ? {} : { limit };
    const items = await asMany('items', filter, (page) => {
      asked.push(page.limit ?? 0);
      const from = page.before === undefined ? 0 : all.indexOf(page.before) + 1;
      const items = all.slice(from, from + Math.min(page.limit ?? 100, 40));
      const isLast = from + items.length === all.length;
      return Promise.resolve({ items, next: isLast ? null : (items.at(-1) ?? null) });
    });
    return { items, asked };
  }

  it('are read on until there are as many as were asked for, or no more', async () => {
    const some = await read(90);
    expect([some.items, some.asked]).to.deep.equal([all.slice(0, 90), [90, 50, 10]]);
    expect((await read()).items).to.have.length(100);
    expect((await read(1000)).items).to.deep.equal(all);
  });
});
