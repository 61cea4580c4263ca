import { readFile, readdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

/** Puts specs/models/*.json into the engine: what it knows of models must not cost a read of files at every start. */
const folder = fileURLToPath(new URL('../specs/models/', import.meta.url));
const target = fileURLToPath(new URL('../engine/program/catalogue.gen.ts', import.meta.url));

const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
const entries = await Promise.all(
  names.map(
    async (name) => [name.replace('.json', ''), JSON.parse(await readFile(folder + name, 'utf8'))] as const,
  ),
);
const wanted = await format(
  `// Generated from specs/models/ by \`npm run gen\`. Do not edit.
import type { CatalogueProvider } from './model-facts.ts';

/** What is known of the models of well-known providers. */
export const catalogue: Readonly<Record<string, CatalogueProvider>> = ${JSON.stringify(Object.fromEntries(entries))};
`,
  { ...(await resolveConfig(target)), parser: 'typescript' },
);
if (process.argv.includes('--check')) {
  const present = await readFile(target, 'utf8').catch(() => '');
  if (present !== wanted) {
    process.stderr.write('engine/program/catalogue.gen.ts is stale; run `npm run gen`\n');
    process.exitCode = 1;
  }
} else await writeFile(target, wanted);
