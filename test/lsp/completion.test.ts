import { expect } from 'chai';
import type { CompletionItem } from 'vscode-languageserver/node';
import { desk } from './desk.ts';
import { cursor, makeProject, startEditor, type Editor } from './editor.ts';

const workflow = 'src/workflows/reply.yaml';

describe('lsp: completion', function () {
  this.timeout(120_000);

  let project: Awaited<ReturnType<typeof makeProject>>;
  let editor: Editor;
  before(async () => {
    project = await makeProject(desk);
    editor = await startEditor([project.folder]);
    for (const [file, text] of Object.entries(desk)) await editor.open(project.path(file), text);
    await editor.open(project.path('src/agents/json.json'), '{ "description": "x" }');
  });
  after(async () => {
    await editor.quit();
    await project.remove();
  });

  /** What is offered at `¦` in a file with this text. */
  async function at(file: string, marked: string): Promise<CompletionItem[]> {
    const { text, position } = cursor(marked);
    await editor.change(project.path(file), text);
    const items = await editor.completion(project.path(file), position);
    await editor.change(project.path(file), desk[file] ?? '{ "description": "x" }');
    return items.sort((a, b) => ((a.sortText ?? '') < (b.sortText ?? '') ? -1 : 1));
  }

  async function labels(file: string, marked: string): Promise<string[]> {
    return (await at(file, marked)).map(({ label }) => label);
  }

  const text = desk[workflow] ?? '';
  const withLine = (line: string): string => text.replace('output: $', `${line}\noutput: $`);

  describe('keys', () => {
    it('of a step: the verbs when it has none, required keys first, none that is there', async () => {
      const found = await at(workflow, withLine('  - id: more\n    ¦'));
      const all = found.map(({ label }) => label);
      expect(all).to.include.members(['prompt', 'agent', 'tool', 'parallel', 'if']).and.not.include('id');
      expect(all.indexOf('prompt')).to.be.lessThan(all.indexOf('if'));
      const prompt = found.find(({ label }) => label === 'prompt');
      expect(prompt?.documentation).to.have.property('value').that.includes('What to ask');
    });

    it('of a step with a verb: only those of the verb', async () => {
      const all = await labels(workflow, withLine('  - id: more\n    agent: clerk\n    m¦'));
      expect(all).to.include.members(['message', 'model']).and.not.include.members(['prompt', 'agent']);
      expect(all).to.not.include('images');
    });

    it('of a step that is only begun', async () => {
      expect((await labels(workflow, withLine('  - ¦')))[0]).to.equal('id');
    });

    it('of front matter', async () => {
      const all = await labels('src/agents/clerk.md', '---\ndescription: x\n¦\n---\nHi\n');
      expect(all).to.include.members(['model', 'skills', 'outputSchema']).and.not.include('description');
    });

    it('of a project config, and of a map inside of it', async () => {
      const config = desk['engine.yaml'] ?? '';
      expect(await labels('engine.yaml', `${config}¦`))
        .to.include('defaults')
        .and.not.include('models');
      expect(await labels('engine.yaml', `${config}server:\n  ¦\n`)).to.include('port');
    });

    it('of a flow map', async () => {
      const all = await labels(workflow, withLine('  - id: more\n    tool: find_order\n    retry: { ¦ }'));
      expect(all).to.include('maxAttempts');
    });

    it('of what a tool or an agent takes', async () => {
      const step = '  - id: more\n    agent: clerk\n    with:\n      ';
      const found = await at(workflow, withLine(`${step}¦`));
      expect(found.map(({ label }) => label)).to.deep.equal(['letter', 'tone']);
      expect(found[0]?.documentation).to.have.property('value', 'The whole letter.');
      expect(await labels(workflow, withLine(`${step}tone: ¦`))).to.deep.equal(['kind', 'brief']);
    });

    it('in a file with CRLF line ends', async () => {
      const marked = withLine('  - id: more\n    agent: clerk\n    mess¦').replaceAll('\n', '\r\n');
      expect(await labels(workflow, marked)).to.include('message');
    });

    it('of front matter that is not closed yet', async () => {
      expect(await labels('src/agents/clerk.md', '---\nmo¦')).to.include('model');
    });

    it('of a JSON Schema of the project, with the values of its words', async () => {
      const schema = (line: string): string =>
        text.replace('    kind: {', `    more:\n      ${line}\n    kind: {`);
      expect(await labels(workflow, schema('¦'))).to.include.members(['type', 'properties', 'maxItems']);
      expect(await labels(workflow, schema('type: ¦'))).to.include.members(['string', 'array']);
      expect(await labels(workflow, text.replace('[letter, kind]', '[letter, ¦]'))).to.deep.equal([
        'letter',
        'kind',
      ]);
      expect(await labels('schemas/line.yaml', 'type: object\n¦'))
        .to.include('required')
        .and.not.include('type');
    });

    it('of the levels of rules, with what each rule finds', async () => {
      const found = await at('engine.yaml', 'rules:\n  ¦\n');
      const rule = found.find(({ label }) => label === 'expr/type');
      expect(rule?.documentation).to.have.property('value').that.matches(/\.$/);
      expect(found.map(({ label }) => label))
        .to.include('preset')
        .and.not.include('yaml/syntax');
      expect(await labels('engine.yaml', 'rules:\n  expr/type: ¦\n')).to.include.members(['off', 'warning']);
    });

    it('in JSON: quoted, and inside of quotes only the name', async () => {
      const [open] = await at('src/agents/json.json', '{ "description": "x", ¦ }');
      expect(open?.textEdit)
        .to.have.property('newText')
        .that.matches(/^"\w+": $/);
      const quoted = await at('src/agents/json.json', '{ "description": "x", "mod¦" }');
      expect(quoted.find(({ label }) => label === 'model')?.textEdit).to.have.property('newText', 'model');
      expect(await labels('src/agents/json.json', '{ "model": "¦" }')).to.include('fast');
    });

    it('before a colon that is there, only the name is replaced', async () => {
      const found = await at(workflow, withLine('  - id: more\n    agent: clerk\n    mes¦age: hi'));
      const message = found.find(({ label }) => label === 'message');
      expect(message?.textEdit).to.have.property('newText', 'message');
    });
  });

  describe('values and names', () => {
    it('an enumeration offers its values, a flag both', async () => {
      expect(await labels('src/tools/find_order.yaml', 'description: x\ntype: ¦\n')).to.include('http');
      const log = withLine('  - id: more\n    log: { level: ¦ }');
      expect(await labels(workflow, log)).to.include.members(['debug', 'warn']);
    });

    it('agents, tools, roles and models come with what they are', async () => {
      const found = await at(workflow, withLine('  - id: more\n    agent: ¦'));
      expect(found.map(({ label }) => label)).to.deep.equal(['clerk', 'json']);
      expect(found[0]?.documentation).to.have.property('value', 'Answers letters.');
      expect(await labels(workflow, withLine('  - id: more\n    tool: f¦'))).to.include('find_order');
      expect(await labels(workflow, withLine('  - id: more\n    prompt: x\n    role: ¦'))).to.include('poet');
      const models = await labels(workflow, withLine('  - id: more\n    prompt: x\n    model: ¦'));
      expect(models).to.include.members(['fast', 'script/echo']);
    });

    it('names come in lists, written in either way', async () => {
      const head = '---\ndescription: x\n';
      expect(await labels('src/agents/clerk.md', `${head}skills:\n  - ¦\n---\nHi\n`)).to.include('letters');
      expect(await labels('src/agents/clerk.md', `${head}skills: [¦]\n---\nHi\n`)).to.include('letters');
      expect(await labels('src/agents/clerk.md', `${head}tools: [read, f¦]\n---\nHi\n`)).to.include(
        'find_order',
      );
    });

    it('codes of failures come where one is caught', async () => {
      const marked = withLine('  - id: more\n    agent: clerk\n    catch:\n      - on: [time¦]');
      expect(await labels(workflow, marked)).to.include('timeout');
    });

    it('shared schemas come behind $ref', async () => {
      const marked = text.replace('    letter: {', '    line: { $ref: ¦ }\n    letter: {');
      expect(await labels(workflow, marked)).to.deep.equal(['schemas/line.yaml']);
    });
  });

  describe('expressions', () => {
    it('a condition offers names, then fields, then the values of an enumeration', async () => {
      const step = (condition: string): string =>
        withLine(`  - id: more\n    if: ${condition}\n    agent: clerk`);
      expect(await labels(workflow, step('¦'))).to.include.members(['input', 'steps', 'env', 'size']);
      expect(await labels(workflow, step('steps.¦'))).to.deep.equal(['order', 'answer', 'note']);
      expect(await labels(workflow, step('steps.order.¦'))).to.include.members(['output', 'status']);
      expect(await labels(workflow, step('steps.order.output.¦'))).to.deep.equal(['state', 'lines']);
      expect(await labels(workflow, step('steps.order.output.state == ¦'))).to.include('"open"');
      expect(await labels(workflow, step('steps.order.output.state == "¦'))).to.deep.equal(['open', 'sent']);
      expect(await labels(workflow, step('env.¦'))).to.deep.equal(['REGION']);
    });

    it('a step sees only the steps before it', async () => {
      const marked = text.replace('if: steps.order.output.state == "open"', 'if: steps.¦');
      expect(await labels(workflow, marked)).to.deep.equal(['order']);
    });

    it('a value in ${{ }} knows loops and shared schemas', async () => {
      const output = (inner: string): string => text.replace('${{ steps.note.output }}', inner);
      expect(await labels(workflow, output('${{ steps.order.output.lines.map(l, l.¦) }}'))).to.deep.equal([
        'sku',
        'price',
      ]);
      expect(await labels(workflow, output('${{ steps.order.output.lines.filter(l, l.¦'))).to.deep.equal([
        'sku',
        'price',
      ]);
      expect(await labels(workflow, output('"${{ input.¦ }}"'))).to.deep.equal(['letter', 'kind']);
    });

    it('a template offers names, fields, helpers and partials, behind umlauts and pictures too', async () => {
      const prompt = (inner: string): string => text.replace('{{input.kind}}', inner);
      expect(await labels(workflow, prompt('{{¦'))).to.include.members(['input', 'steps', 'quote', '#if']);
      expect(await labels(workflow, prompt('{{input.¦}}'))).to.deep.equal(['letter', 'kind']);
      expect(await labels(workflow, prompt('{{#each steps.order.output.lines}}{{¦'))).to.include('sku');
      expect(await labels(workflow, prompt('{{> ¦'))).to.deep.equal(['greeting']);
      expect(await labels(workflow, prompt('plain ¦ text'))).to.deep.equal([]);
      const [item] = await at(workflow, prompt('{{input.ki¦nd}}'));
      expect(item?.textEdit)
        .to.have.property('range')
        .that.deep.equals({
          start: { line: 19, character: 23 },
          end: { line: 19, character: 27 },
        });
    });

    it('the body of an agent is a template', async () => {
      const marked = (desk['src/agents/clerk.md'] ?? '').replace('{{input.letter}}', '{{input.¦');
      expect(await labels('src/agents/clerk.md', marked)).to.deep.equal(['letter', 'tone']);
    });

    it('the types stay known while another part of the file is half typed', async () => {
      const broken = withLine(
        '  - id: more\n    if: steps.order.output.¦\n    agent: clerk\n    with:\n      letter: "half',
      );
      expect(await labels(workflow, broken)).to.deep.equal(['state', 'lines']);
    });
  });
});
