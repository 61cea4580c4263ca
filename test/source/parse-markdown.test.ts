import { expect } from 'chai';
import { parseSource } from '../../engine/source/index.ts';

const read = (text: string, kind: 'agent' | 'skill' = 'agent'): ReturnType<typeof parseSource> =>
  parseSource({ kind, name: 'x', stem: 'x', file: 'x.md', path: '/p/x.md', shipped: false }, text);

const rules = (text: string): string[] => read(text).diagnostics.map(({ rule }) => rule);

describe('Markdown specs', () => {
  it('without front matter are all body', () => {
    expect(read('\nHello\n').value.value).to.deep.equal({ instructions: 'Hello' });
  });

  it('keep the body of a skill apart from its keys', () => {
    const { value } = read('---\ndescription: d\n---\nKnow this.\n', 'skill').value;
    const { body } = read('---\ndescription: d\n---\nKnow this.\n', 'skill').value;
    expect(value).to.deep.equal({ description: 'd' });
    expect(body).to.equal('Know this.');
  });

  for (const language of ['js', 'javascript', 'JS', ' js ', 'coffee', 'cson', 'toml', 'json', 'typescript']) {
    it(`never run or read front matter in "${language}"`, () => {
      const text = `---${language}\n{ get x() { globalThis.frontMatterRan = true; return 1 } }\n---\nbody\n`;
      expect(rules(text)).to.deep.equal(['source/front-matter-code']);
      expect('frontMatterRan' in globalThis).to.equal(false);
    });
  }

  it('with front matter that is never closed are an error', () => {
    expect(rules('---\nmodel: a/b\n\nHello\n')).to.deep.equal(['source/unclosed-front-matter']);
  });

  it('with instructions above and below are an error', () => {
    expect(rules('---\ninstructions: a\n---\nb\n')).to.deep.equal(['source/two-bodies']);
  });

  it('with empty front matter or a rule line are read', () => {
    expect(read('---\n---\nHello\n').value.value).to.deep.equal({ instructions: 'Hello' });
    expect(read('----\nHello\n').value.value).to.deep.equal({ instructions: '----\nHello' });
    expect(read('---yaml\nmodel: a/b\n---\n').value.value).to.deep.equal({ model: 'a/b' });
  });

  it('report YAML errors at their line of the file', () => {
    const [finding] = read('---\nmodel: a/b\nif: !x\n---\nHello\n').diagnostics;
    expect(finding).to.include({ rule: 'yaml/bang-is-a-tag' });
    expect(finding?.range?.start).to.include({ line: 3, column: 5 });
  });
});
