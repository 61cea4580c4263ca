import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import picocolors from 'picocolors';
import { codeFrames } from '../../engine/cli/report/codeframe.ts';
import { analyze } from '../../engine/compile.ts';

const folder = fileURLToPath(new URL('../golden/err/', import.meta.url));

/** What `engine validate` prints about each project of test/golden/err. `UPDATE=1` writes it anew; read the difference before you commit it. */
describe('findings about projects', () => {
  for (const name of readdirSync(folder)
    .filter((one) => one !== 'rules')
    .sort()) {
    it(`are as expected for "${name}"`, async () => {
      const root = join(folder, name);
      const found = await report(root);
      const expected = join(root, 'expected.txt');
      if (process.env['UPDATE'] === '1' || !existsSync(expected)) writeFileSync(expected, found);
      expect(found).to.equal(readFileSync(expected, 'utf8'));
    });
  }
});

async function report(root: string): Promise<string> {
  const { diagnostics } = await analyze(root);
  const printed = await codeFrames(diagnostics, { project: root, colors: picocolors.createColors(false) });
  return printed.replaceAll(/(?:test\/golden\/err\/|[^\s"]*\/test\/golden\/err\/)[\w-]+\//g, '');
}
