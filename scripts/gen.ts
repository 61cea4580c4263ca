/** Writes what follows from schema/, specs/ and the table of routes; `--check` only says what is not fresh. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const root = fileURLToPath(new URL('../', import.meta.url));

const makers = [
  () => import('./gen-types.ts'),
  () => import('./gen-catalogue.ts'),
  () => import('./gen-policies.ts'),
  () => import('./gen-channels.ts'),
  // The last: it loads the engine, with what the others made.
  () => import('./gen-routes.ts'),
];

for (const load of makers) {
  const { target, generate } = await load();
  const present = await readFile(root + target, 'utf8').catch(() => '');
  const made = await generate();
  const wanted = target.endsWith('.ts')
    ? await format(made, { ...(await resolveConfig(root + target)), parser: 'typescript' })
    : made;
  if (present === wanted) continue;
  if (process.argv.includes('--check')) {
    process.stderr.write(`${target} is stale; run \`npm run gen\`\n`);
    process.exitCode = 1;
  } else await writeFile(root + target, wanted);
}
