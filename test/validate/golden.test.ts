import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { sortDiagnostics, type Diagnostic } from '../../engine/core/diagnostic.ts';
import { codeFrame, loadProject } from '../../engine/source/index.ts';
import { validateShape } from '../../engine/validate/index.ts';

const folder = fileURLToPath(new URL('../golden/err/', import.meta.url));

/** What is said about each project of test/golden/err. `UPDATE=1` writes it anew; read the difference before you commit it. */
describe('findings about projects', () => {
  for (const name of readdirSync(folder).sort()) {
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
  const { value, diagnostics } = await loadProject(root);
  const sources = value.config === undefined ? value.sources : [value.config, ...value.sources];
  return sortDiagnostics([...diagnostics, ...validateShape(sources)])
    .map((diagnostic) => render(diagnostic, root))
    .join('\n');
}

function render({ level, rule, message, file, range, hint, related }: Diagnostic, root: string): string {
  const place = range === undefined ? file : `${file}:${range.start.line}:${range.start.column}`;
  const frame =
    range === undefined ? [] : [codeFrame(readFileSync(join(root, file), 'utf8'), range, { context: 1 })];
  const others = (related ?? []).map(
    (other) => `  ${other.message}: ${other.file}:${other.range?.start.line ?? ''}`,
  );
  const hints = hint === undefined ? [] : [`  ${hint}`];
  return [`${level} ${rule} ${place} ${message}`, ...frame, ...hints, ...others, ''].join('\n');
}
