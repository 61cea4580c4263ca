import { expect } from 'chai';
import type { Position } from 'vscode-languageserver/node';
import { desk } from './desk.ts';
import { makeProject, startEditor, textIn, uriOf, type Editor } from './editor.ts';

const workflow = 'src/workflows/reply.yaml';
const agent = 'src/agents/clerk.md';

describe('lsp: what stands at a place, and where it comes from', function () {
  this.timeout(120_000);

  let project: Awaited<ReturnType<typeof makeProject>>;
  let editor: Editor;
  before(async () => {
    project = await makeProject(desk);
    editor = await startEditor([project.folder]);
    for (const [file, text] of Object.entries(desk)) await editor.open(project.path(file), text);
  });
  after(async () => {
    await editor.quit();
    await project.remove();
  });

  /** The position of the first occurrence of a text, so many characters into it. */
  function place(file: string, wanted: string, into = 1, text = desk[file] ?? ''): Position {
    const at = text.indexOf(wanted) + into;
    expect(at, wanted).to.be.greaterThan(into - 1);
    const lines = text.slice(0, at).split('\n');
    return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
  }

  const hover = (file: string, wanted: string, into = 1): Promise<string> =>
    editor.hover(project.path(file), place(file, wanted, into));

  async function leads(file: string, wanted: string, into = 1): Promise<string[]> {
    const found = await editor.definition(project.path(file), place(file, wanted, into));
    return found.map(
      ({ uri, range }) => `${uri.slice(uriOf(project.folder).length + 1)}:${range.start.line + 1}`,
    );
  }

  describe('hover', () => {
    it('a name of an expression has its type', async () => {
      expect(await hover(workflow, 'state == ')).to.include('steps.order.output.state: "open" | "sent"');
      expect(await hover(workflow, 'output.state =='))
        .to.include('state: "open" | "sent"')
        .and.include('lines');
    });

    it('a name of a template has its type, behind characters of two units too', async () => {
      expect(await hover(workflow, 'input.kind', 7)).to.include('input.kind: "praise" | "complaint"');
      expect(await hover(workflow, 'letter: ${{ input.letter', 20)).to.include('The whole letter.');
    });

    it('a key has its description', async () => {
      expect(await hover(workflow, 'if: steps')).to.include('The step is skipped');
      expect(await hover(agent, 'skills:')).to.match(/[Ss]kills/);
    });

    it('a name of a spec has its description', async () => {
      expect(await hover(workflow, 'clerk'))
        .to.include('**clerk** (agent)')
        .and.include('Answers letters.');
      expect(await hover(agent, '[letters]', 2)).to.include('How letters are written.');
    });

    it('a function and a helper say how they are written', async () => {
      const path = project.path(workflow);
      const text = (desk[workflow] ?? '')
        .replace('steps.order.output.state == "open"', 'size(input.letter) > 3')
        .replace('{{input.kind}}', '{{quote input.kind}}');
      await editor.change(path, text);
      expect(await editor.hover(path, place(workflow, 'size(', 2, text))).to.include('size(value)');
      expect(await editor.hover(path, place(workflow, 'quote', 2, text))).to.include('{{quote value}}');
      await editor.change(path, desk[workflow] ?? '');
    });

    it('a finding is explained', async () => {
      const path = project.path(workflow);
      const text = (desk[workflow] ?? '').replace('agent: clerk', 'agent: clrek');
      await editor.change(path, text);
      expect(await editor.hover(path, place(workflow, 'clrek', 1, text))).to.include('`ref/unknown-agent`: ');
      await editor.change(path, desk[workflow] ?? '');
    });
  });

  describe('definition', () => {
    it('names of specs lead to their files', async () => {
      expect(await leads(workflow, 'clerk')).to.deep.equal([`${agent}:1`]);
      expect(await leads(workflow, 'find_order')).to.deep.equal(['src/tools/find_order.yaml:1']);
      expect(await leads(agent, '[letters]', 2)).to.deep.equal(['.agents/skills/letters/SKILL.md:1']);
    });

    it('aliases of models and scripted models lead to where they are declared', async () => {
      expect(await leads('engine.yaml', 'script/echo')).to.deep.equal(['models/echo.yaml:1']);
    });

    it('references between schemas and partials lead to their files', async () => {
      expect(await leads('src/tools/find_order.yaml', 'schemas/line')).to.deep.equal(['schemas/line.yaml:1']);
      expect(await leads(workflow, 'greeting}}')).to.deep.equal(['partials/greeting.hbs:1']);
    });

    it('a step leads to its id, a field to where its schema names it', async () => {
      expect(await leads(workflow, 'steps.order', 8)).to.deep.equal([`${workflow}:9`]);
      expect(await leads(workflow, 'output.state', 9)).to.deep.equal(['src/tools/find_order.yaml:11']);
      expect(await leads(workflow, '${{ input.letter', 12)).to.deep.equal([`${workflow}:6`]);
      expect(await leads(workflow, '{{input.kind', 10)).to.deep.equal([`${workflow}:7`]);
    });
  });

  it('everywhere a step or an agent is named', async () => {
    const path = project.path(workflow);
    const text = desk[workflow] ?? '';
    const step = await editor.references(path, place(workflow, 'id: order', 5));
    expect(step.map(({ range }) => `${range.start.line + 1} ${textIn(text, range)}`)).to.deep.equal([
      '9 order',
      '13 order',
      '20 order',
    ]);
    const clerk = await editor.references(path, place(workflow, 'clerk'));
    expect(clerk.map(({ uri }) => uri)).to.deep.equal([uriOf(project.path(agent)), uriOf(path)]);
  });

  it('the outline of a workflow has its steps', async () => {
    const symbols = await editor.symbols(project.path(workflow));
    expect(symbols.map(({ name }) => name)).to.deep.equal(['description', 'inputSchema', 'steps', 'output']);
    const steps = symbols.find(({ name }) => name === 'steps')?.children ?? [];
    expect(steps.map(({ name, detail }) => [name, detail])).to.deep.equal([
      ['order', 'tool find_order'],
      ['answer', 'agent clerk'],
      ['note', 'prompt {{> greeting}}'],
    ]);
  });

  it('a step is renamed wherever it is read', async () => {
    const path = project.path(workflow);
    const text = desk[workflow] ?? '';
    const edit = await editor.rename(path, place(workflow, 'steps.order', 8), 'lookup');
    const edits = edit?.changes?.[uriOf(path)] ?? [];
    expect(
      edits.map(({ range, newText }) => `${range.start.line + 1} ${textIn(text, range)} ${newText}`),
    ).to.deep.equal(['9 order lookup', '13 order lookup', '20 order lookup']);
    const taken = await editor
      .rename(path, place(workflow, 'id: order', 5), 'note')
      .catch((error: Error) => error.message);
    expect(taken).to.equal('a step is called "note" already');
  });
});
