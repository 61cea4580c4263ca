import { expect } from 'chai';
import { compile } from '../../engine/compile.ts';
import { findingsOf, projectOf } from '../fakes/project.ts';

const workflow = 'src/workflows/sample.yaml';

async function styleOf(text: string): Promise<string[]> {
  return findingsOf({ 'engine.yaml': 'rules: { preset: strict }\n', [workflow]: text });
}

describe('rules: style', () => {
  it('says nothing without the preset "strict"', async () => {
    const text = "steps:\n  - { log: '${{x', id: HelloThere }\n".replace("'${{x'", 'Hello');
    expect(await findingsOf({ [workflow]: text })).to.deep.equal([]);
    expect(await styleOf(text)).to.deep.equal([
      `${workflow} info style/description-missing the workflow "sample" has no description; say in a sentence what it does`,
      `${workflow}:2:19 info style/key-order "id" stands first in a step`,
      `${workflow}:2:23 info style/id-case step ids are written in small letters; write "hello_there" here and where it is read`,
    ]);
  });

  it('braces around a plain value are taken away by the fix, and stay around an expression', async () => {
    const text = `description: Sets values.
steps:
  - id: all
    set: { a: '\${{ "x" }}', b: "\${{ 3.5 }}", c: '\${{ true }}', d: '\${{ 1 + 1 }}', e: '\${{ "a" + "b" }}' }
  - id: more
    set:
      f: \${{ 'plain' }}
      g: \${{ run.id }}
`;
    const folder = projectOf({ 'engine.yaml': 'rules: { preset: strict }\n', [workflow]: text });
    const { diagnostics } = await compile(folder);
    const edits = diagnostics
      .filter(({ rule }) => rule === 'style/braces-not-needed')
      .flatMap(({ fix }) => fix?.edits ?? [])
      .reverse();
    const cured = edits.reduce(
      (left, edit) => left.slice(0, edit.start) + edit.text + left.slice(edit.end),
      text,
    );
    expect(cured).to.equal(`description: Sets values.
steps:
  - id: all
    set: { a: "x", b: 3.5, c: true, d: '\${{ 1 + 1 }}', e: '\${{ "a" + "b" }}' }
  - id: more
    set:
      f: "plain"
      g: \${{ run.id }}
`);
  });

  it('keys that describe a spec come first, and what it gives comes last', async () => {
    const keys = (text: string): Promise<string[]> =>
      styleOf(text).then((found) => found.filter((line) => line.includes('key-order')));
    const steps = 'steps:\n  - { id: hello, log: Hello }\n';
    expect(await keys(`description: Says hello.\n${steps}output: done\nx-owner: me\n`)).to.deep.equal([]);
    expect(await keys(`name: sample\nkind: workflow\n${steps}`)).to.deep.equal([
      `${workflow}:2:1 info style/key-order "kind" stands before "name"`,
    ]);
    expect(await keys(`description: Says hello.\n${steps}timeout: 1m\n`)).to.deep.equal([
      `${workflow}:2:1 info style/key-order "steps" stands last`,
    ]);
    expect(await keys(`description: Says hello.\noutput: done\n${steps}`)).to.deep.equal([
      `${workflow}:3:1 info style/key-order "steps" stands below the keys that describe the workflow`,
    ]);
  });
});
