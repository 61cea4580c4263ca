import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../specs/models/', import.meta.url));

export const target = 'engine/program/catalogue.gen.ts';

/** specs/models/*.json as a module: what the engine knows of models must not cost a read of files at every start. */
export async function generate(): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const entries = await Promise.all(
    names.map(
      async (name) => [name.replace('.json', ''), JSON.parse(await readFile(folder + name, 'utf8'))] as const,
    ),
  );
  return `// Generated from specs/models/ by \`npm run gen\`. Do not edit.
import type { CatalogueProvider } from './model-facts.ts';

/** What is known of the models of well-known providers. */
export const catalogue: Readonly<Record<string, CatalogueProvider>> = ${JSON.stringify(Object.fromEntries(entries))};
`;
}
