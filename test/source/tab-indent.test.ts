import { expect } from 'chai';
import type { Diagnostic } from '../../engine/core/diagnostic.ts';
import { parseYaml } from '../../engine/source/index.ts';

function findingsIn(text: string): readonly Diagnostic[] {
  return parseYaml(text, { file: 'a.yaml' }).diagnostics;
}

function cured(text: string): string | undefined {
  const [finding] = findingsIn(text);
  return finding?.fix?.edits.reduceRight(
    (left, edit) => left.slice(0, edit.start) + edit.text + left.slice(edit.end),
    text,
  );
}

describe('source: tabs', () => {
  it('a file indented with tabs has one finding, at the first of them', () => {
    const findings = findingsIn('steps:\n\t- id: a\n\t\tset:\n\t\t\tx: 1\n\t- id: b\n');
    expect(findings.map(({ rule, range }) => [rule, range?.start.line, range?.end.column])).to.deep.equal([
      ['yaml/tab-indent', 2, 2],
    ]);
  });

  it('a file whose tabs can be replaced by spaces has a fix', () => {
    expect(cured('a:\n\tb: 1\n\tc:\n\t\t- d\n')).to.equal('a:\n  b: 1\n  c:\n    - d\n');
    expect(cured('steps:\n\t- id: a\n\t  log: x\n')).to.equal('steps:\n  - id: a\n    log: x\n');
    expect(cured('-\ta: 1\n-\tb: 2\n')).to.equal('- a: 1\n- b: 2\n');
    expect(cured('a:\n    b: 1\n\tc: 2\n')).to.equal('a:\n    b: 1\n    c: 2\n');
  });

  it('a fix is not sure where a text may hold tabs, and there is none where spaces do not cure the file', () => {
    expect(findingsIn('a:\n\tb: |\n\t\ttext\n')[0]?.fix?.safe).to.equal(false);
    expect(findingsIn('a:\n\tb: "open\n')[0]?.fix).to.equal(undefined);
  });

  it('faults above the first tab stay, tabs between values and in texts are none', () => {
    expect(findingsIn('a: @x\nb:\n\tc: 1\n').map(({ rule }) => rule)).to.deep.equal([
      'yaml/syntax',
      'yaml/tab-indent',
    ]);
    expect(findingsIn('a:\tb\nc: |\n  make:\n  \techo\n')).to.deep.equal([]);
  });

  it('a fix counts in the file when the YAML is only its front matter', () => {
    const text = '---\nmodel: a/b\nlimits:\n\tmodelCalls: 3\n---\n\nHello.\n';
    const { diagnostics } = parseYaml(text, { file: 'a.md', span: [4, text.indexOf('\n---', 4) + 1] });
    const [edit] = diagnostics[0]?.fix?.edits ?? [];
    expect(text.slice(edit?.start, edit?.end)).to.equal('\t');
  });
});
