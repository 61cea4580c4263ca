import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkPage, writePage, type Page } from './check-page.ts';
import { typeFaults } from '../fakes/type-faults.ts';
import { root } from './page.ts';

/** Pages that need packages which are no dependencies; test/optional checks them where these can be installed. */
const optional = ['docs/python.md'];

const paths = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
];

describe('what the pages show', function () {
  this.timeout(180_000);
  const faults = new Map<string, Promise<readonly string[]>>();
  let pages: readonly Page[] = [];

  before(() => {
    pages = paths.map(writePage);
    // Two at a time: most of it is waiting for child processes.
    const lanes: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
    for (const [index, page] of pages.entries()) {
      if (optional.includes(page.path)) continue;
      const found = (lanes[index % 2] ?? Promise.resolve()).then(() => checkPage(page));
      lanes[index % 2] = found.catch(() => undefined);
      faults.set(page.path, found);
    }
  });

  for (const path of paths) {
    if (optional.includes(path)) continue;
    it(`${path} is true`, async () => {
      expect((await faults.get(path))?.join('\n\n')).to.equal('');
    });
  }

  it('their TypeScript has no faults of type', () => {
    expect(typeFaults(pages.flatMap(({ typed }) => typed))).to.deep.equal([]);
  });
});
