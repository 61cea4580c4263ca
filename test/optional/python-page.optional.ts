import { expect } from 'chai';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { checkPage, writePage } from '../docs/check-page.ts';

const root = process.env['ENGINE_OPTIONAL'] ?? '';

describe('docs/python.md', () => {
  it('is true', async function () {
    this.timeout(120_000);
    const page = writePage('docs/python.md');
    mkdirSync(join(page.folder, 'node_modules/@pydantic'), { recursive: true });
    symlinkSync(
      join(root, 'node_modules/@pydantic/monty'),
      join(page.folder, 'node_modules/@pydantic/monty'),
    );
    expect((await checkPage(page)).join('\n\n')).to.equal('');
  });
});
