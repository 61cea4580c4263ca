import { expect } from 'chai';
import { codeFrame } from '../../engine/source/index.ts';
import { linesOf } from '../../engine/source/lines.ts';

const frame = (text: string, wanted: string, context = 1): string => {
  const start = text.indexOf(wanted);
  return codeFrame(text, linesOf(text).rangeOf(start, start + wanted.length), { context });
};

describe('codeFrame', () => {
  it('marks the range between its neighbours', () => {
    expect(frame('a: 1\nbad: x\nc: 2\nd: 3\n', 'bad')).to.equal(
      ['  1 | a: 1', '> 2 | bad: x', '    | ^^^', '  3 | c: 2'].join('\n'),
    );
  });

  it('keeps carets in place after tabs, wide characters and combining marks', () => {
    expect(frame('\t日本e\u0301 bad', 'bad', 0)).to.equal(
      ['> 1 |   日本e\u0301 bad', '    |         ^^^'].join('\n'),
    );
  });

  it('cuts a very long line around the range', () => {
    const [line = '', carets = ''] = frame(`${'x'.repeat(5000)}bad${'y'.repeat(5000)}`, 'bad', 0).split('\n');
    expect(line.length).to.be.below(140);
    expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).to.equal('bad');
  });

  it('shows a place at the end of a file and marks all lines of a range', () => {
    expect(codeFrame('a', linesOf('a').rangeOf(1, 1))).to.equal('> 1 | a\n    |  ^');
    expect(frame('a:\r\n  b: 1\r\nc: 2', 'a:\r\n  b', 1)).to.equal(
      ['> 1 | a:', '    | ^^', '> 2 |   b: 1'].join('\n'),
    );
  });
});
