import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import picocolors from 'picocolors';
import { codeFrames } from '../../engine/cli/report/codeframe.ts';
import { readRulePages } from '../../engine/cli/rule-pages.ts';
import { checkSample, sampleOf } from './sample.ts';

const folder = fileURLToPath(new URL('../golden/err/rules/', import.meta.url));
const isUpdate = process.env['UPDATE'] === '1';
const colors = picocolors.createColors(false);
const pages = await readRulePages();

/**
 * What `engine validate` prints about the sample "Bad" of each rule's page, word for word. `UPDATE=1 npx mocha
 * test/rules/golden.test.ts` writes it anew; read the difference before you commit it.
 */
describe('rules: what is printed', () => {
  for (const { rule, text } of pages) {
    it(`about the bad sample of ${rule}`, async () => {
      const { project, diagnostics } = await checkSample(sampleOf(text, 'Bad'), rule);
      const printed = (await codeFrames(diagnostics, { project, colors }))
        .replaceAll(`${project}/`, '')
        .replaceAll(project, '.');
      const file = join(folder, `${rule}.txt`);
      if (isUpdate) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, printed);
      }
      expect(printed).to.equal(readFileSync(file, 'utf8'));
    });
  }

  it('every text is that of a rule', () => {
    const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.txt'),
    );
    const strays = texts.filter((name) => !pages.some(({ rule }) => `${rule}.txt` === name));
    if (isUpdate) for (const name of strays) rmSync(join(folder, name));
    else expect(strays).to.deep.equal([]);
  });
});
