import { expect } from 'chai';
import fc from 'fast-check';
import { codeFrame, parseYaml } from '../../engine/source/index.ts';

const found = (text: string): string[] =>
  parseYaml(text, { file: 'x.yaml' }).diagnostics.map(
    ({ rule, range }) =>
      `${rule} ${range?.start.line}:${range?.start.column}-${range?.end.line}:${range?.end.column}`,
  );

describe('parseYaml', () => {
  it('reads YAML 1.2 core: yes is text, octal needs 0o', () => {
    const { value, diagnostics } = parseYaml('a: yes\nb: 010\nc: 0o10\nd: ~\n', { file: 'x.yaml' });
    expect(value).to.deep.equal({ a: 'yes', b: 10, c: 8, d: null });
    expect(diagnostics).to.deep.equal([]);
  });

  it('reads JSON indented with tabs', () => {
    expect(parseYaml('{\n\t"a": {\n\t\t"b": [1,\n\t2]\n\t}\n}', { file: 'x.json' }).value).to.deep.equal({
      a: { b: [1, 2] },
    });
  });

  const traps: readonly (readonly [string, string, string])[] = [
    ['unquoted braces', 'a: {{ x }}\nb: 1\n', 'yaml/unquoted-braces 1:4-1:11'],
    ['a bang', 'a: !x.ok\nb: 1\n', 'yaml/bang-is-a-tag 1:4-1:9'],
    ['a ternary', 'a: ${{ x ? "y" : "z" }}\nb: 1\n', 'yaml/quote-ternary 1:4-1:24'],
    ['a hash', 'a: ${{ x # y }}\nb: 1\n', 'yaml/hash-in-expression 1:4-1:16'],
    ['an expression in a flow map', 'a: { c: ${{ x }}, d: 2 }\nb: 1\n', 'yaml/quote-in-flow 1:9-1:17'],
    ['a star', 'a: *x && y\nb: 1\n', 'yaml/star-is-an-alias 1:4-1:11'],
    ['text after a closing quote', 'a: "x" in y\nb: 1\n', 'yaml/quote-expression 1:4-1:12'],
    ['a colon in text', 'a: Note: x\nb: 1\n', 'yaml/colon-in-text 1:4-1:11'],
  ];
  for (const [name, text, finding] of traps) {
    it(`names the trap of ${name} once and still reads the rest`, () => {
      expect(found(text)).to.deep.equal([finding]);
      const { value, damaged } = parseYaml(text, { file: 'x.yaml' });
      expect((value as { b: number }).b).to.equal(1);
      expect(damaged).to.have.length(1).and.not.include('');
    });
  }

  it('names a trap that spoils all that follows', () => {
    const rest = Array.from({ length: 200 }, (_, index) => `k${index}: { a: "{{ x }}", b: [c, d] }\n`).join(
      '',
    );
    expect(found(`a: { c: \${{ x }} }\n${rest}`)).to.deep.equal(['yaml/quote-in-flow 1:9-1:17']);
  });

  it('leaves braces, bangs and hashes alone where they are text', () => {
    const text =
      'a: "{{ x }}"\nb: |\n  {{ y }} !z\n  k: ${{ a # b }}\nc: x {{ y }}\nd: ${{ x }} # why\ne: a != b\n';
    expect(found(text)).to.deep.equal([]);
  });

  it('reports a key that is written twice with both places', () => {
    const { diagnostics, value } = parseYaml('a: 1\nb: 2\na: 3\n', { file: 'x.yaml' });
    expect(
      diagnostics.map(({ rule, range, related }) => [
        rule,
        range?.start.line,
        related?.[0]?.range?.start.line,
      ]),
    ).to.deep.equal([['yaml/duplicate-key', 3, 1]]);
    expect(value).to.deep.equal({ a: 1, b: 2 });
  });

  it('refuses keys that would change prototypes, and merge keys', () => {
    expect(found('__proto__: 1\nconstructor: 2\n<<: 3\n')).to.deep.equal([
      'yaml/forbidden-key 1:1-1:10',
      'yaml/forbidden-key 2:1-2:12',
      'yaml/merge-key 3:1-3:3',
    ]);
  });

  it('bounds what aliases stand for', () => {
    const rows = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg'])
      rows.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join(',')}]`);
    expect(found(rows.join('\n'))).to.have.length(1);
    expect(found(rows.join('\n'))[0]).to.match(/^yaml\/too-many-aliases /);
  });

  it('says where a quote or bracket that is never closed began', () => {
    expect(found('a: 1\nb: "x\nc: 2\n')).to.deep.equal(['yaml/syntax 2:4-2:5']);
    expect(found('a: [1, 2\nb: 3\n')).to.deep.equal(['yaml/syntax 1:4-1:5']);
  });

  for (const [name, text] of [
    ['brackets', '['.repeat(100_000)],
    ['braces', '{'.repeat(100_000)],
    ['dashes', '- '.repeat(50_000)],
    ['indents', Array.from({ length: 900 }, (_, depth) => ' '.repeat(depth) + 'a:').join('\n')],
  ] as const) {
    it(`refuses ${name} nested without end`, () => {
      expect(found(text).map((line) => line.split(' ')[0])).to.include('yaml/too-deep');
    });
  }

  it('never throws, and every range lies in the text, whatever is changed in a good file', () => {
    const good =
      'description: x\nsteps:\n  - id: a\n    prompt: |\n      hi {{ input.a }}\n    with: { k: "v", l: [1, 2] }\n';
    const pieces = fc.constantFrom(
      '{{',
      '}}',
      '!',
      '*a',
      '&a ',
      ': ',
      ' #',
      '"',
      "'",
      '\n',
      '\t',
      '- ',
      '|',
      '>',
      '[',
      ']',
      '{',
      '}',
      '\r\n',
      '%',
      '\0',
      '${{ a ? "b" : "c" }}',
    );
    const edit = fc.tuple(fc.nat(good.length), fc.nat(4), pieces);
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let text = good;
        for (const [at, cut, piece] of edits) text = text.slice(0, at) + piece + text.slice(at + cut);
        for (const { range } of parseYaml(text, { file: 'x.yaml' }).diagnostics) {
          if (range === undefined) throw new Error('a finding has no place');
          expect(range.start.offset).to.be.at.most(range.end.offset);
          expect(range.end.offset).to.be.at.most(text.length);
          codeFrame(text, range);
        }
      }),
      { numRuns: 400 },
    );
  });
});
