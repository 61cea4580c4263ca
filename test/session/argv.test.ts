import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { lineOf } from '../../engine/session/tool-calls/argv.ts';
import { Problem } from '../../engine/core/problem.ts';

describe('a program and its arguments as a line', function () {
  this.timeout(120_000);

  it('is taken apart into the same words by a shell, whatever they are', () => {
    const sign = fc.constantFrom(...'$${{}}\\\'"` \n\t;&|<>()!*?#~=a-1é');
    const word = fc.oneof(
      fc.string({ unit: sign, maxLength: 12 }),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
        const given = words.map((one) => one.replaceAll('\0', ''));
        const line = lineOf(['printf', '%s\\0', ...given]);
        const out = execFileSync('sh', ['-c', line], { encoding: 'utf8' });
        expect(out.split('\0').slice(0, -1)).to.deep.equal(given);
        expect(line).not.to.match(/\$\\?\{/);
      }),
      { numRuns: 60 },
    );
  });

  it('cannot hold a NUL', () => {
    expect(() => lineOf(['echo', 'a\0b'])).to.throw(Problem, /NUL/);
  });
});
