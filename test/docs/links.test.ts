import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { anchorsOf } from './anchors.ts';
import { root } from './page.ts';

const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
];

describe('links', () => {
  for (const page of pages) {
    it(`every local link of ${page} leads somewhere`, () => {
      const text = read(page);
      const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
        if (/^https?:/.test(target)) return [];
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? page : join(dirname(page), path);
        if (!existsSync(join(root, file))) return [target];
        return anchor === undefined || anchorsOf(read(file)).includes(anchor) ? [] : [target];
      });
      expect(broken).to.deep.equal([]);
    });
  }
});

describe('ARCHITECTURE.md', () => {
  const text = read('ARCHITECTURE.md');

  it('names every room and file at the root of engine/, and no other', () => {
    const table = /\n\| room \|[\s\S]*?\n\n/.exec(text)?.[0] ?? '';
    const named = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    );
    const there = readdirSync(join(root, 'engine'));
    const rooms = there.filter((name) => statSync(join(root, 'engine', name)).isDirectory());
    expect(named.filter((name) => !name.endsWith('.ts')).sort()).to.deep.equal(rooms.sort());
    expect(there).to.include.members(named.filter((name) => name.endsWith('.ts')));
  });

  it('names only files that are there', () => {
    const gone = [...text.matchAll(/`([\w./-]+\/[\w.-]*)`/g)]
      .map(([, path = '']) => path)
      // Files and folders of this repository; not of a user's project, routes, or names of rules.
      .filter((path) => /(\/|\.\w+)$/.test(path) && !/^(\/|\.engine\/|prompts\/)/.test(path))
      .filter((path) => !['', 'engine', 'test'].some((base) => existsSync(join(root, base, path))));
    expect(gone).to.deep.equal([]);
  });
});

function read(path: string): string {
  return statSync(join(root, path)).isDirectory() ? '' : readFileSync(join(root, path), 'utf8');
}
