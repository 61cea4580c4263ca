import { expect } from 'chai';
import { join } from 'node:path';
import { isProject, projectRootOf } from '../../engine/lsp/project-root.ts';
import { makeProject } from './editor.ts';

describe('lsp: the project of a file', () => {
  let made: Awaited<ReturnType<typeof makeProject>>;
  before(async () => {
    made = await makeProject({
      'engine.yaml': 'name: outer\n',
      'src/agents/billing/tools/x.md': '',
      '.agents/skills/a/agents/note.md': '',
      'examples/hello/src/agents/greeter.md': '',
      'apps/shop/package.json': '{ "engine": { "name": "shop" } }',
      'apps/shop/src/agents/clerk.md': '',
      'apps/plain/package.json': '{ "engines": { "node": "20" } }',
      'apps/plain/readme.md': '',
    });
  });
  after(() => made.remove());

  const cases: readonly (readonly [file: string, root: string])[] = [
    ['engine.yaml', '.'],
    ['src/agents/billing/tools/x.md', '.'],
    ['.agents/skills/a/agents/note.md', '.'],
    ['examples/hello/src/agents/greeter.md', 'examples/hello'],
    ['apps/shop/src/agents/clerk.md', 'apps/shop'],
    ['apps/shop/package.json', 'apps/shop'],
    ['apps/plain/readme.md', '.'],
  ];
  for (const [file, root] of cases) {
    it(`${file} is a file of ${root}`, () => {
      expect(projectRootOf(made.path(file), [made.folder])).to.equal(join(made.folder, root));
    });
  }

  it('without a config or a folder of a kind it is the workspace folder, or none', async () => {
    const empty = await makeProject({ 'notes/a.md': '' });
    expect(projectRootOf(empty.path('notes/a.md'), [empty.folder])).to.equal(empty.folder);
    expect(projectRootOf(empty.path('notes/a.md'), [])).to.equal(undefined);
    expect(projectRootOf(empty.path('lib/src/tools/a.yaml'), [])).to.equal(empty.path('lib'));
    expect(isProject(empty.folder)).to.equal(false);
    expect(isProject(made.path('examples/hello'))).to.equal(true);
    await empty.remove();
  });
});
