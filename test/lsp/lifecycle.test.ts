import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import { desk } from './desk.ts';
import { makeProject, serverCommand, startEditor, uriOf } from './editor.ts';

describe('lsp: coming and going', function () {
  this.timeout(120_000);

  it('says what it can do, and ends with 0 after a shutdown', async () => {
    const editor = await startEditor([]);
    expect(editor.initialized.serverInfo?.name).to.equal('engine');
    expect(editor.initialized.capabilities).to.deep.include({
      hoverProvider: true,
      renameProvider: { prepareProvider: true },
    });
    expect(await editor.quit()).to.equal(0);
    expect(editor.said).to.deep.equal([]);
  });

  it('ends with 1 when it is told to exit without a shutdown, and when the editor goes away', async () => {
    const told = await startEditor([]);
    await told.connection.sendNotification('exit');
    expect(await told.exit).to.equal(1);
    const left = await startEditor([]);
    left.hangUp();
    expect(await left.exit).to.equal(1);
  });

  it('ends when the process of the editor is gone', async () => {
    // No system has so many; the id of one that has ended may be that of another by now.
    const editor = await startEditor([], { processId: 2 ** 30 });
    expect(await editor.exit).to.equal(1);
  });

  it('writes nothing but the protocol to stdout, and takes the options that editors add', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...serverCommand, '--clientProcessId', String(process.pid)],
      { input: '', encoding: 'utf8' },
    );
    expect({ status, stdout, stderr }).to.deep.equal({ status: 1, stdout: '', stderr: '' });
  });

  it('asks to hear of files that change, where the editor can tell', async () => {
    const capabilities = { workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } };
    const editor = await startEditor([], { capabilities });
    const asked = await editor.registered;
    expect(asked.registrations[0]).to.have.property('method', 'workspace/didChangeWatchedFiles');
    await editor.quit();
  });

  it('a file outside of any project, and one that is no spec, are answered with nothing', async () => {
    const project = await makeProject(desk);
    const editor = await startEditor([project.folder]);
    const start = { line: 0, character: 0 };
    expect(await editor.completion('/nowhere/at/all.txt', start)).to.deep.equal([]);
    await editor.open(project.path('notes.txt'), 'hello');
    expect(await editor.hover(project.path('notes.txt'), start)).to.equal('');
    const odd = await editor.connection.sendRequest('textDocument/hover', {
      textDocument: { uri: 'untitled:Untitled-1' },
      position: start,
    });
    expect(odd).to.equal(null);
    expect(await editor.quit()).to.equal(0);
    await project.remove();
  });

  it('a request that fails ends nothing', async () => {
    const project = await makeProject(desk);
    const editor = await startEditor([project.folder]);
    const bad = { textDocument: { uri: uriOf(project.path('engine.yaml')) }, position: null };
    expect(await editor.connection.sendRequest('textDocument/hover', bad)).to.equal(null);
    expect(editor.said.join('')).to.include('hover failed');
    const unknown = await editor.connection
      .sendRequest('engine/nothing')
      .catch((error: Error) => error.message);
    expect(unknown).to.include('engine/nothing');
    const [name] = await editor.symbols(project.path('engine.yaml'));
    expect(name?.name).to.equal('name');
    await editor.quit();
    await project.remove();
  });

  it('a request that is given up is answered as such', async () => {
    const project = await makeProject(desk);
    const editor = await startEditor([project.folder]);
    const source = new CancellationTokenSource();
    const letGo = editor.holdBack();
    const asked = editor.connection.sendRequest(
      'textDocument/hover',
      { textDocument: { uri: uriOf(project.path('engine.yaml')) }, position: { line: 0, character: 1 } },
      source.token,
    );
    source.cancel();
    // Both arrive together: it is not answered yet.
    await letGo();
    const failure = await asked.then(
      () => undefined,
      (error: { code: number }) => error.code,
    );
    expect(failure).to.equal(-32800);
    await editor.quit();
    await project.remove();
  });

  it('two folders are two projects, and one can be taken away', async () => {
    const [one, other] = await Promise.all([
      makeProject({ ...desk, 'src/agents/bad.md': '---\nmodle: x\n---\nHi\n' }),
      makeProject({ 'src/agents/bad.md': '---\nmodel: script/none\nskils: []\n---\nHi\n' }),
    ]);
    const editor = await startEditor([one.folder, other.folder]);
    const first = await editor.findings(one.path('src/agents/bad.md'));
    const second = await editor.findings(other.path('src/agents/bad.md'));
    expect(first.map(({ code }) => code)).to.include('schema/unknown-key');
    expect(second.map(({ message }) => message).join()).to.include('skils');
    await editor.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
      event: { added: [], removed: [{ uri: uriOf(other.folder), name: 'other' }] },
    });
    await editor.findings(other.path('src/agents/bad.md'), (all) => all.length === 0);
    expect(
      editor.published.findLast(({ uri }) => uri === uriOf(one.path('src/agents/bad.md')))?.diagnostics,
    ).to.have.length.greaterThan(0);
    await editor.quit();
    await Promise.all([one.remove(), other.remove()]);
  });

  it('a project without a config, deep in a workspace folder, is found by its folders', async () => {
    const project = await makeProject({ 'README.md': 'Hi\n' });
    const file = join(project.folder, 'apps/desk/src/workflows/tell.yaml');
    await mkdir(join(file, '..'), { recursive: true });
    await mkdir(join(project.folder, 'apps/desk/src/agents'), { recursive: true });
    await writeFile(join(project.folder, 'apps/desk/src/agents/clerk.md'), '---\nmodel: false\n---\nHi\n');
    const editor = await startEditor([project.folder]);
    await editor.open(file, 'steps:\n  - id: tell\n    agent: clrek\n    message: hi\n');
    const [found] = await editor.findings(file, (all) => all.length > 0);
    expect(found?.message).to.include('did you mean "clerk"?');
    await editor.quit();
    await project.remove();
  });

  it('a file that is only in the editor is a part of its project', async () => {
    const project = await makeProject(desk);
    const editor = await startEditor([project.folder]);
    const path = project.path('src/agents/new.md');
    await editor.open(path, '---\ndescription: New.\nskills: [leters]\n---\nHi\n');
    const [found] = await editor.findings(path, (all) => all.length > 0);
    expect(found?.code).to.equal('ref/unknown-skill');
    await editor.close(path);
    await editor.findings(path, (all) => all.length === 0);
    await editor.quit();
    await project.remove();
  });
});
