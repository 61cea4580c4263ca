import { expect } from 'chai';
import { desk } from './desk.ts';
import { makeProject, startEditor } from './editor.ts';

describe('lsp: every place', function () {
  this.timeout(120_000);

  it('of every file can be asked about, and so can a workflow that breaks off anywhere', async () => {
    const project = await makeProject(desk);
    const editor = await startEditor([project.folder]);
    for (const [file, text] of Object.entries(desk)) {
      await editor.open(project.path(file), text);
      for (const [line, content] of text.split('\n').entries()) {
        for (let character = 0; character <= content.length; character += 3) {
          const at = { line, character };
          await editor.hover(project.path(file), at);
          await editor.definition(project.path(file), at);
        }
        await editor.references(project.path(file), { line, character: content.length });
      }
      await editor.symbols(project.path(file));
    }
    const path = project.path('src/workflows/reply.yaml');
    const lines = (desk['src/workflows/reply.yaml'] ?? '').split('\n');
    for (const [line, content] of lines.entries()) {
      const character = Math.ceil(content.length / 2);
      await editor.change(path, [...lines.slice(0, line), content.slice(0, character)].join('\n'));
      await editor.completion(path, { line, character });
      await editor.symbols(path);
    }
    expect(editor.said).to.deep.equal([]);
    expect(await editor.quit()).to.equal(0);
    await project.remove();
  }).timeout(120_000);
});
