import { readFile, readdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';
import { format, resolveConfig } from 'prettier';
import { bundleSchemas, type SchemaFiles } from './bundle-schemas.ts';

const schemaFolder = fileURLToPath(new URL('../schema/', import.meta.url));
const target = fileURLToPath(new URL('../engine/core/spec.gen.ts', import.meta.url));
const banner = '// Generated from schema/ by `npm run gen`. Do not edit.';

const wanted = await generate(await readSchemas(schemaFolder));
if (process.argv.includes('--check')) await check(wanted);
else await writeFile(target, wanted);

/** The text of spec.gen.ts for these schemas: one `<Kind>Spec` per file, one type per shared definition. */
async function generate(files: SchemaFiles): Promise<string> {
  const types = await compile(bundleSchemas(files), 'Bundle', {
    additionalProperties: false,
    bannerComment: banner,
    declareExternallyReferenced: true,
    format: false,
    ignoreMinAndMaxItems: true,
    unknownAny: true,
    unreachableDefinitions: true,
  });
  return format(withoutBundle(types), { ...(await resolveConfig(target)), parser: 'typescript' });
}

async function readSchemas(folder: string): Promise<SchemaFiles> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.schema.json')).sort();
  const entries = names.map(
    async (name) => [name, JSON.parse(await readFile(folder + name, 'utf8')) as SchemaFiles[string]] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** The bundle is a vehicle; only what it carries is said. */
function withoutBundle(types: string): string {
  return types
    .replace(
      /^ *\* This interface was referenced by `.*`'s JSON-Schema(?: definition)?\n *\* via the `.*` ".*"\.\n/gm,
      '',
    )
    .replace(/^ *\/\*\*\n(?: *\*\s*\n)* *\*\/\n/gm, '')
    .replace(/(?:^ *\*[ ]*\n)+( *\*\/\n)/gm, '$1')
    .replace(/^export interface Bundle \{\s*\}\n?/m, '')
    .replace(/^export /gm, '\nexport ')
    .replace(/\*\/\n\nexport /g, '*/\nexport ');
}

async function check(wanted: string): Promise<void> {
  const present = await readFile(target, 'utf8').catch(() => '');
  if (present === wanted) return;
  process.stderr.write('engine/core/spec.gen.ts is stale; run `npm run gen`\n');
  process.exitCode = 1;
}
