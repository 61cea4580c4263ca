import { expect } from 'chai';
import { boundedPage, listReader, pageCharacters } from '../../../engine/server/answers/bounded-page.ts';

interface Item {
  readonly id: string;
  readonly text: string;
}

const idOf = ({ id }: Item): string => id;

function listOf(sizes: readonly number[]): {
  readonly asked: number[];
  readonly read: ReturnType<typeof listReader<Item>>;
} {
  const all = sizes.map((size, index) => ({ id: String(index), text: 'x'.repeat(size) }));
  const asked: number[] = [];
  const read = listReader(idOf, ({ limit, before }) => {
    asked.push(limit);
    const start = before === undefined ? 0 : Number(before) + 1;
    return Promise.resolve(all.slice(start, start + limit));
  });
  return { asked, read };
}

async function pagesOf(sizes: readonly number[], limit: number): Promise<string[][]> {
  const { read } = listOf(sizes);
  const pages: string[][] = [];
  for (let from: string | undefined; ;) {
    const { items, next } = await boundedPage({ limit, from, idOf, read });
    pages.push(items.map(idOf));
    if (next === null) return pages;
    from = next;
  }
}

const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

describe('pages of lists', () => {
  it('small items fill a page up to its limit', async () => {
    const small = Array.from({ length: 130 }, () => 10);
    expect((await pagesOf(small, 1000)).map(({ length }) => length)).to.deep.equal([130]);
    expect((await pagesOf(small, 100)).map(({ length }) => length)).to.deep.equal([100, 30]);
    expect((await pagesOf(small, 100)).flat()).to.deep.equal(ids(130));
    expect(await pagesOf([], 100)).to.deep.equal([[]]);
  });

  it('large items end a page before its limit, and all pages have all of them once', async () => {
    const large = Array.from({ length: 30 }, () => pageCharacters / 4);
    const pages = await pagesOf(large, 1000);
    expect(pages.flat()).to.deep.equal(ids(30));
    expect(Math.max(...pages.map(({ length }) => length))).to.equal(3);
  });

  it('an item that is larger than a page is a page of its own', async () => {
    const pages = await pagesOf([1, pageCharacters * 2, pageCharacters * 2, 1], 10);
    expect(pages).to.deep.equal([['0'], ['1'], ['2'], ['3']]);
  });

  it('a page of small items takes few reads', async () => {
    const { asked, read } = listOf(Array.from({ length: 200 }, () => 10));
    await boundedPage({ limit: 100, from: undefined, idOf, read });
    expect(asked).to.deep.equal([4, 96]);
  });

  it('few items are read before it is known that they are small', async () => {
    const { asked, read } = listOf(Array.from({ length: 1000 }, () => pageCharacters));
    await boundedPage({ limit: 1000, from: undefined, idOf, read });
    expect(asked).to.deep.equal([4]);
  });
});
