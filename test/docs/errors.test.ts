import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemCodes } from '../../engine/core/problem-codes.ts';
import { root } from './page.ts';

describe('docs/errors.md', () => {
  it('has every code with its status, exit code and whether it may be tried again, and no other', () => {
    const text = readFileSync(join(root, 'docs/errors.md'), 'utf8');
    const rows = [...text.matchAll(/^\| `(\w+)` \| (\d+) \| (\d) \| (yes|no) \| \S.* \| \S.* \|$/gm)].map(
      ([, code = '', status, exit, again]) => [
        code,
        { status: Number(status), exit: Number(exit), retryable: again === 'yes' },
      ],
    );
    expect(rows).to.deep.equal(Object.entries(problemCodes));
  });
});
