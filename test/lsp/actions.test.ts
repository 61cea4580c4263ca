import { expect } from 'chai';
import type { CodeAction, Diagnostic } from 'vscode-languageserver/node';
import { desk } from './desk.ts';
import { makeProject, startEditor, textIn, uriOf, type Editor } from './editor.ts';

const workflow = 'src/workflows/reply.yaml';

describe('lsp: quick fixes', function () {
  this.timeout(120_000);

  let project: Awaited<ReturnType<typeof makeProject>>;
  let editor: Editor;
  before(async () => {
    project = await makeProject(desk);
    editor = await startEditor([project.folder]);
    await editor.open(project.path(workflow), desk[workflow] ?? '');
  });
  after(async () => {
    await editor.quit();
    await project.remove();
  });

  /** What is offered for the finding of a rule in the workflow with this text. */
  async function actionsFor(rule: string, text: string): Promise<CodeAction[]> {
    const path = project.path(workflow);
    await editor.change(path, text);
    const has = (all: readonly Diagnostic[]): boolean => all.some(({ code }) => code === rule);
    const found = (await editor.findings(path, has)).find(({ code }) => code === rule);
    if (found === undefined) throw new Error(`no finding of ${rule}`);
    return editor.actions(path, found.range, [found]);
  }

  /** The text after an action. */
  function textAfter(action: CodeAction | undefined, text: string): string {
    const edits = action?.edit?.changes?.[uriOf(project.path(workflow))] ?? [];
    return edits.reduce((changed, { range, newText }) => {
      const start = lengthUpTo(text, range.start);
      return changed.slice(0, start) + newText + changed.slice(start + textIn(text, range).length);
    }, text);
  }

  function lengthUpTo(text: string, { line, character }: { line: number; character: number }): number {
    return (
      text
        .split('\n')
        .slice(0, line)
        .reduce((sum, one) => sum + one.length + 1, 0) + character
    );
  }

  const text = desk[workflow] ?? '';

  it('a misspelt name is replaced by the one it is near to', async () => {
    const wrong = text.replace('agent: clerk', 'agent: clrek');
    const [first] = await actionsFor('ref/unknown-agent', wrong);
    expect(first).to.deep.include({ kind: 'quickfix', isPreferred: true });
    expect(textAfter(first, wrong)).to.equal(text);
  });

  it('so is a misspelt key, and a field inside of a template', async () => {
    const key = text.replace('    agent: clerk', '    agent: clerk\n    mesage: hi');
    expect(textAfter((await actionsFor('schema/unknown-key', key))[0], key)).to.include('    message: hi');
    const field = text.replace('{{input.kind}}', '{{input.knid}}');
    expect(textAfter((await actionsFor('ref/unknown-field', field))[0], field)).to.equal(text);
  });

  it('a rule that may be turned down can be ignored, above the key of its text', async () => {
    const wrong = text.replace('{{input.kind}}', '{{input.knid}}');
    const ignore = (await actionsFor('ref/unknown-field', wrong)).find(({ title }) =>
      title.startsWith('Ignore'),
    );
    expect(textAfter(ignore, wrong)).to.include('    # engine-ignore ref/unknown-field: \n    prompt: |');
    const fixed = await actionsFor('ref/unknown-agent', text.replace('agent: clerk', 'agent: clrek'));
    expect(fixed.some(({ title }) => title.startsWith('Ignore'))).to.equal(false);
  });

  it('all safe fixes of a file can be made at once', async () => {
    const path = project.path(workflow);
    const wrong = text.replace('agent: clerk', 'agent: clrek').replace('tool: find_order', 'tool: find_ordr');
    await editor.change(path, wrong);
    const found = await editor.findings(path, (all) => all.length >= 2);
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    const [whole, ...more] = await editor.actions(path, range, found, ['source.fixAll']);
    expect(more).to.deep.equal([]);
    expect(whole?.kind).to.equal('source.fixAll.engine');
    expect(textAfter(whole, wrong)).to.equal(text);
    expect(await editor.actions(path, range, found, ['refactor'])).to.deep.equal([]);
  });
});
