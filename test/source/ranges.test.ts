import { expect } from 'chai';
import { parseSource, type Source } from '../../engine/source/index.ts';

const read = (text: string, file = 'src/agents/x.yaml'): Source =>
  parseSource({ kind: 'agent', name: 'x', stem: 'x', file, path: `/p/${file}`, shipped: false }, text).value;

const at = (source: Source, pointer: string, part?: 'key' | 'value'): string => {
  const { start, end } = source.rangeOf(pointer, part);
  return source.text.slice(start.offset, end.offset);
};

const within = (source: Source, pointer: string, wanted: string): string => {
  const value = source.value as Readonly<Record<string, string>>;
  const text = value[pointer.slice(1)] ?? '';
  const from = text.indexOf(wanted);
  const { start, end } = source.rangeWithin(pointer, from, from + wanted.length);
  return source.text.slice(start.offset, end.offset);
};

describe('ranges of a source', () => {
  it('give keys, values and items', () => {
    const source = read('model: a/b\ntools:\n  - read\n  - grep\nlimits: { tokens: 5 }\n');
    expect(at(source, '/model', 'key')).to.equal('model');
    expect(at(source, '/model')).to.equal('a/b');
    expect(at(source, '/tools/1')).to.equal('grep');
    expect(at(source, '/tools')).to.equal('- read\n  - grep');
    expect(at(source, '/limits/tokens')).to.equal('5');
  });

  it('of what is not there are those of the nearest thing around it', () => {
    const source = read('limits:\n  tokens: 5\nmcpServers:\n  - a\n');
    expect(at(source, '/limits/costUsd')).to.equal('limits');
    expect(at(source, '/nothing/at/all')).to.equal('limits:');
  });

  const texts: readonly (readonly [string, string])[] = [
    ['a plain text', 'instructions: say {{input.x}} now\n'],
    ['a plain text over lines', 'instructions: say\n  more {{input.x}}\n  now\n'],
    ['double quotes', 'instructions: "say {{input.x}} now"\n'],
    ['double quotes with escapes', 'instructions: "s\\u0061y \\"\\n{{input.x}} now"\n'],
    ['single quotes with a doubled quote', "instructions: 'it''s {{input.x}} now'\n"],
    ['a literal block', 'instructions: |\n\n  say\n    more {{input.x}}\n  now\n'],
    ['a literal block with CRLF', 'instructions: |-\r\n  say\r\n\r\n  more {{input.x}}\r\n'],
    ['a folded block', 'instructions: >+\n  say\n  this\n\n   as is\n  more {{input.x}}\n\n'],
  ];
  for (const [name, text] of texts) {
    it(`find a stretch inside ${name}`, () => {
      expect(within(read(text), '/instructions', '{{input.x}}')).to.equal('{{input.x}}');
    });
  }

  it('find a stretch of a Markdown body, counted from the top of the file', () => {
    for (const newline of ['\n', '\r\n']) {
      for (const mark of ['', '\uFEFF']) {
        const text = mark + ['---', 'model: a/b', '---', '', 'Hello', 'you {{input.x}}', ''].join(newline);
        const source = read(text, 'src/agents/x.md');
        expect((source.value as { instructions: string }).instructions).to.equal('Hello\nyou {{input.x}}');
        expect(within(source, '/instructions', '{{input.x}}')).to.equal('{{input.x}}');
        const from = 'Hello\nyou '.length;
        expect(source.rangeWithin('/instructions', from, from + 2).start).to.include({ line: 6, column: 5 });
        expect(source.rangeOf('/model').start).to.include({ line: 2, column: 8 });
      }
    }
  });

  it('do not count a byte order mark as a column', () => {
    expect(read('\uFEFFmodel: a/b\n').rangeOf('/model').start).to.deep.equal({
      line: 1,
      column: 8,
      offset: 8,
    });
  });
});
