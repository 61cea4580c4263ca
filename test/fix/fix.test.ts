import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCompiler } from '../../engine/compiler.ts';
import { fixProject } from '../../engine/fix/index.ts';
import { applyFixes } from '../../engine/fix/index.ts';
import { projectOf, type Files } from '../fakes/project.ts';

const agent =
  '---\ndescription: Answers.\nmodel: false\ninputSchema:\n  type: object\n  required: [name]\n  properties: { name: { type: string } }\n---\nHello {{input.name}}.\n';

describe('fix', () => {
  it('writes the word that was meant in place of a misspelt key, name, field, function, helper and literal', async () => {
    const { text, left } = await fixed({
      'src/workflows/w.yaml': `inputSchema:
  type: object
  required: [mood, list]
  properties: { mood: { enum: [calm, upset] }, list: { type: array, items: { type: number }, maxItems: 3 } }
steps:
  - id: a
    retyr: { maxAttempts: 2 }
    agent: helpr
    with: { name: '\${{ input.mood }}' }
  - id: b
    if: input.mood == "upst" && szie(input.lst) > 0
    log: '{{uper input.mood}}'
`,
      'src/agents/helper.md': agent,
    });
    expect(left).to.deep.equal([]);
    expect(text).to.include('    retry: { maxAttempts: 2 }\n    agent: helper\n');
    expect(text).to.include('if: input.mood == "upset" && size(input.list) > 0\n');
    expect(text).to.include("log: '{{upper input.mood}}'\n");
  });

  it('keeps quotes, comments, layout, line ends and the byte order mark', async () => {
    const before = '\uFEFFsteps:\r\n  # first\r\n  - id:   a # the id\r\n    "lgo":   Hello\r\n';
    const { text } = await fixed({ 'src/workflows/w.yaml': before });
    expect(text).to.equal(before.replace('lgo', 'log'));
  });

  it('quotes what YAML reads in another way', async () => {
    const { text, left } = await fixed({
      'src/workflows/w.yaml': `inputSchema: { type: object, required: [off], properties: { off: { type: boolean } } }
steps:
  - id: a
    if: !input.off
    log: Hello
  - id: b
    set: { off: \${{ input.off }} }
  - id: c
    log: {{ steps.b.output.off }}
  - id: d
    set: { same: {{ steps.b.output.off }} }
  - id: e
    log: '{{ steps.d.output.same }}'
`,
    });
    expect(left).to.deep.equal([]);
    expect(text).to.include('    if: "!input.off"\n').and.include('set: { off: "${{ input.off }}" }\n');
    expect(text).to.include('log: "{{ steps.b.output.off }}"\n');
    expect(text).to.include('set: { same: "${{ steps.b.output.off }}" }\n');
  });

  it('leaves a word alone that two words are as near to, or a key whose better name is taken', async () => {
    const files = {
      'src/workflows/w.yaml': `inputSchema:
  type: object
  required: [cat, car]
  properties: { cat: { type: string }, car: { type: string } }
steps:
  - { id: a, log: '{{input.caz}}' }
  - { id: b, log: Hello, lgo: Hello }
`,
    };
    const { text, left } = await fixed(files);
    expect(text).to.equal(files['src/workflows/w.yaml']);
    expect(left).to.deep.equal(['ref/unknown-field', 'schema/unknown-key']);
  });

  it('does not follow a misspelt declaration that several places contradict', async () => {
    const files = {
      'src/workflows/w.yaml': `steps:
  - { id: gahter, set: { x: 1 } }
  - { id: b, log: '{{steps.gather.output.x}}' }
  - { id: c, log: '{{steps.gather.output.x}}' }
`,
    };
    const { text } = await fixed(files);
    expect(text).to.equal(files['src/workflows/w.yaml']);
  });

  it('gives every finding its fix, and says which are safe', async () => {
    const folder = projectOf({ 'src/workflows/w.yaml': 'steps:\n  - { id: a, lgo: x }\n' });
    const { diagnostics } = await createCompiler(folder).analyze();
    expect(diagnostics.map(({ fix }) => fix)).to.deep.equal([
      { title: 'replace with "log"', safe: true, edits: [{ start: 20, end: 23, text: 'log' }] },
    ]);
  });

  it('makes a change once that is asked for twice, and leaves the second of two that overlap', () => {
    const fix = (start: number, end: number, text: string) => ({
      title: '',
      safe: true,
      edits: [{ start, end, text }],
    });
    expect(
      applyFixes('abcdef', [fix(0, 1, 'X'), fix(0, 1, 'X'), fix(3, 5, '-'), fix(4, 6, '+')]),
    ).to.deep.equal({
      text: 'Xbc-f',
      applied: 3,
    });
  });

  it('touches no disk', async () => {
    const folder = projectOf({ 'src/workflows/w.yaml': 'steps:\n  - { id: a, lgo: x }\n' });
    const { changes, fixed: number } = await fixProject(createCompiler(folder));
    expect(changes.map(({ file, after }) => [file, after])).to.deep.equal([
      ['src/workflows/w.yaml', 'steps:\n  - { id: a, log: x }\n'],
    ]);
    expect(number).to.equal(1);
    const { diagnostics } = await createCompiler(folder).analyze();
    expect(diagnostics).to.have.lengthOf(1);
    writeFileSync(join(folder, 'src/workflows/w.yaml'), changes[0]?.after ?? '');
    expect((await createCompiler(folder).analyze()).diagnostics).to.deep.equal([]);
  });
});

/** The text of the workflow `w` after fixing, and the rules of what is left. */
async function fixed(
  files: Files & { 'src/workflows/w.yaml': string },
): Promise<{ text: string; left: string[] }> {
  const { changes, analysis } = await fixProject(createCompiler(projectOf(files)));
  return {
    text: changes.find(({ file }) => file === 'src/workflows/w.yaml')?.after ?? files['src/workflows/w.yaml'],
    left: analysis.diagnostics.map(({ rule }) => rule),
  };
}
