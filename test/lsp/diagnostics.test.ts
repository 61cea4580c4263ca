import { expect } from 'chai';
import { rm, writeFile } from 'node:fs/promises';
import { desk } from './desk.ts';
import { makeProject, startEditor, textIn, uriOf, type Editor } from './editor.ts';

const workflow = 'src/workflows/reply.yaml';

describe('lsp: findings', function () {
  this.timeout(120_000);

  let project: Awaited<ReturnType<typeof makeProject>>;
  let editor: Editor;
  before(async () => {
    project = await makeProject({ ...desk, 'src/agents/other.md': '---\nmodle: x\n---\nHi\n' });
    editor = await startEditor([project.folder]);
  });
  after(async () => {
    await editor.quit();
    await project.remove();
  });
  const text = desk[workflow] ?? '';

  it('those of files nobody has opened are published at start', async () => {
    const [found] = await editor.findings(project.path('src/agents/other.md'));
    expect(found).to.deep.include({
      code: 'schema/unknown-key',
      source: 'engine',
      severity: 1,
      range: { start: { line: 1, character: 0 }, end: { line: 1, character: 5 } },
    });
    expect(found?.codeDescription?.href).to.match(/^file:.*specs\/rules\/schema\/unknown-key\.md$/);
    expect(found?.data).to.deep.include({ rule: 'schema/unknown-key', suggestions: ['model'] });
  });

  it('an unsaved text counts, and what is solved goes away', async () => {
    const path = project.path(workflow);
    await editor.open(path, text.replace('agent: clerk', 'agent: clrek'));
    const found = await editor.findings(path, (all) => all.length > 0);
    expect(found.map(({ code }) => code)).to.deep.equal(['ref/unknown-agent']);
    const at = { start: { line: 13, character: 11 }, end: { line: 13, character: 16 } };
    expect(found[0]?.range).to.deep.equal(at);
    await editor.change(path, { range: at, text: 'clerk' });
    expect(await editor.findings(path, (all) => all.length === 0)).to.deep.equal([]);
  });

  it('columns count UTF-16 code units, in block scalars too', async () => {
    const path = project.path(workflow);
    const wrong = text.replace('{{input.kind}}', '{{input.knid}}');
    await editor.change(path, wrong);
    const [found] = await editor.findings(path, (all) => all.length > 0);
    expect(found?.code).to.equal('ref/unknown-field');
    expect(found && textIn(wrong, found.range)).to.equal('knid');
    expect(found?.range.start).to.deep.equal({ line: 19, character: 23 });
  });

  it('a file with CRLF line ends has its findings at the same places', async () => {
    const path = project.path(workflow);
    await editor.change(path, text.replace('tool: find_order', 'tool: fnd_order').replaceAll('\n', '\r\n'));
    const [found] = await editor.findings(path, (all) => all.some(({ code }) => code === 'ref/unknown-tool'));
    expect(found?.range).to.deep.equal({
      start: { line: 9, character: 10 },
      end: { line: 9, character: 19 },
    });
  });

  it('a file that cannot be read as YAML says where', async () => {
    const path = project.path(workflow);
    await editor.change(path, text.replace('tool: find_order', 'tool: "find_order'));
    const [found] = await editor.findings(path, (all) => all.some(({ code }) => code === 'yaml/syntax'));
    expect(found?.message).to.include('quote');
    await editor.change(path, text);
    await editor.findings(path, (all) => all.length === 0);
  });

  it('a change of one file shows in the others, with the related place', async () => {
    const path = project.path('src/tools/find_order.yaml');
    await editor.open(
      path,
      (desk['src/tools/find_order.yaml'] ?? '')
        .replace('state: { enum', 'status: { enum')
        .replace('[state, lines]', '[status, lines]'),
    );
    const found = await editor.findings(project.path(workflow), (all) => all.length > 0);
    expect(found.map(({ code }) => code)).to.include('ref/unknown-field');
    await editor.close(path);
    await editor.findings(project.path(workflow), (all) => all.length === 0);
  });

  it('a file that changes on disk is read again', async () => {
    const path = project.path('src/agents/other.md');
    await writeFile(path, '---\nmodel: script/echo\ndescription: Fine.\n---\nHi\n');
    await editor.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: uriOf(path), type: 2 }],
    });
    await editor.findings(path, (all) => all.length === 0);
    await rm(path);
  });

  it('two steps with one id are told apart by a related place', async () => {
    const path = project.path(workflow);
    await editor.change(path, text.replace('id: note', 'id: order'));
    const found = await editor.findings(path, (all) => all.some(({ code }) => code === 'ref/duplicate-id'));
    const [related] = found.find(({ code }) => code === 'ref/duplicate-id')?.relatedInformation ?? [];
    expect(related?.location).to.deep.include({ uri: uriOf(path) });
    expect(related?.location.range.start.line).to.equal(8);
    await editor.change(path, text);
    await editor.findings(path, (all) => all.length === 0);
  });
});
