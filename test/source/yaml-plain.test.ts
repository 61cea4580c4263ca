import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readNodes } from '../../engine/source/yaml-nodes.ts';
import { readPlainYaml } from '../../engine/source/yaml-plain.ts';
import { parseRepaired } from '../../engine/source/yaml-repair.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const start = 7;

describe('YAML as specs are written', () => {
  it('reads the specs of the samples as the parser does', () => {
    const texts = specTexts();
    const read = texts.filter((text) => isReadAsParsed(text));
    expect(texts.length).to.be.greaterThan(90);
    expect(read.length / texts.length).to.be.greaterThan(0.8);
  });

  it('reads what has been changed by chance as the parser does, or not at all', () => {
    const texts = specTexts().filter(({ length }) => length < 3000);
    const random = randomBelow(20261121);
    for (let round = 0; round < 1500; round += 1) {
      let text = texts[random(texts.length)] ?? '';
      for (let slip = 0; slip < 1 + (round % 3); slip += 1) {
        const at = random(text.length + 1);
        const bit = slips[random(slips.length)] ?? '';
        text = text.slice(0, at) + bit + text.slice(at + (random(2) === 0 ? 0 : 1 + random(4)));
      }
      isReadAsParsed(text);
    }
  });

  for (const [what, text] of Object.entries({
    scalars:
      'a: 1\nb: -2.5\nc: true\nd: ~\ne: null\nf: 5m\ng: 4000/2\nh: 12:30\ni: "a\\n\\"b\\""\nj: \'it\'\'s\'\nk: x # y\n',
    blocks:
      'a: |\n  one\n    two\n\n  three\n\n\nb: >-\n  one\n  two\n\n  three\nc: |-\n  # text\n  x\n# comment\nd: 1\n',
    lists:
      'a:\n- 1\n- two\nb:\n  - x: 1\n    y:\n      - z: { a: [1, "b, c"], d: {} }\n  - |\n    text\nc: [] # none\n',
    'brackets on lines of their own':
      'a:\n  { b: 1, c: [x, "y"] }\nd: [\n    e,\n    f: 1\n  ]\n'.replace('f: 1', 'f,') +
      'g:\n  [\n    { h: 1 },\n    2,\n  ] # end\ni: {}\n',
    'comments at their level': '# top\na:\n  # first\n  b: 1 # one\n  # second\n  c: 2 # two\n# end\n',
    expressions: 'a: ${{ input.x }}\nb: "${{ a ? 1 : 2 }}"\nc: {d: 1}\n'.replace('{d', '{ d'),
  })) {
    it(`reads ${what}`, () => {
      expect(isReadAsParsed(text)).to.equal(true);
    });
  }

  for (const text of [
    'a: 1\na: 2\n',
    'a: *b\n',
    'a: &b 1\n',
    'a: !x 1\n',
    'a: one\n  two\n',
    'a: b: c\n',
    'a: {{ b }}\n',
    'a: ${{ b\n',
    'a: ${{ b # }}\n',
    'a: 0x1f\n',
    'a: 1e3\n',
    'a:\n',
    'a:\n\tb: 1\n',
    'a: "b\n  c"\n',
    '? a\n: b\n',
    '- a\n',
    '<<: 1\n',
    '---\na: 1\n',
    'a: >\n  one\n   two\n',
    '__proto__: 1\n',
    'a:\n  b: 1\n    # deep\nc: 1\n',
  ])
    it(`leaves ${JSON.stringify(text)} to the parser`, () => {
      expect(readPlainYaml(text, start)).to.equal(undefined);
    });
});

/** Whether the text is read; it is a failure when it is read in another way than by the parser. */
function isReadAsParsed(text: string): boolean {
  const read = readPlainYaml(text, start);
  if (read === undefined) return false;
  const parsed = parseRepaired(text);
  const nodes = readNodes(parsed, text, start);
  expect(
    [...parsed.document.errors, ...parsed.traps, ...nodes.findings, ...nodes.damaged],
    text,
  ).to.deep.equal([]);
  expect([read.value, read.place], text).to.deep.equal([nodes.value, nodes.place]);
  return true;
}

function specTexts(): string[] {
  return ['examples', 'test/golden'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.ya?ml$/.test(file) && !file.includes('node_modules'))
      .map((file) => readFileSync(join(root, folder, file), 'utf8')),
  );
}

/** Whole numbers below a bound, the same ones each time. */
function randomBelow(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

const slips = [
  ...[
    '\n',
    ' ',
    '  ',
    '\n    ',
    '- ',
    ':',
    ': ',
    '#',
    ' # c',
    '"',
    "'",
    '|',
    '>-\n',
    '{',
    '}',
    '[',
    ']',
    ',',
  ],
  ...['&a ', '*a', '!x ', 'null', '~', '1e3', '0x1f', '-5', '.5', '---\n', '...\n', '?', '%', '@', '\u00a0'],
  ...['key: v\n', '${{ a }}', 'a:\n', 'é', '12:30', '<<: a\n', "''", '\t', '\r\n'],
];
