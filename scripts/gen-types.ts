import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';
import { bundleSchemas, type SchemaFiles } from './bundle-schemas.ts';

const schemaFolder = fileURLToPath(new URL('../schema/', import.meta.url));
const banner = '// Generated from schema/ by `npm run gen`. Do not edit.';

export const target = 'engine/core/spec.gen.ts';

/** The types of schema/: one `<Kind>Spec` per file, one type per shared definition. */
export async function generate(): Promise<string> {
  const types = await compile(bundleSchemas(await readSchemas(schemaFolder)), 'Bundle', {
    additionalProperties: false,
    bannerComment: banner,
    declareExternallyReferenced: true,
    format: false,
    ignoreMinAndMaxItems: true,
    unknownAny: true,
    unreachableDefinitions: true,
  });
  return withoutBundle(types);
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
