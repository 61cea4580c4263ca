import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import { bundleSchema } from '../bundle-schema.ts';
import { exitCodes } from '../exit-codes.ts';
import { table } from '../report/table.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `engine schema`. */
export interface SchemaOptions {
  readonly json?: boolean;
}

const folder = fileURLToPath(new URL('../../../schema/', import.meta.url));
const suffix = '.schema.json';

/**
 * Prints the JSON Schema (draft-07) of a kind of spec, which needs no other file; or lists the kinds.
 * Throws Problem `not_found` for an unknown kind.
 */
export async function schema(
  kind: string | undefined,
  { json = false }: SchemaOptions,
  { out }: Terminal,
): Promise<number> {
  const files = await readSchemas();
  const kinds = Object.keys(files)
    .map((file) => file.slice(0, -suffix.length))
    .filter((name) => name !== 'common');
  if (kind === undefined) {
    const rows = kinds.map((name) => ({ kind: name, description: firstSentence(files[name + suffix]) }));
    if (json) out.line(JSON.stringify({ kinds: rows }, null, 2));
    else
      out.line(table([['KIND', 'WHAT IT IS'], ...rows.map(({ kind, description }) => [kind, description])]));
    return exitCodes.ok;
  }
  if (!kinds.includes(kind)) throw new Problem('not_found', `no kind "${kind}"${choices(kind, kinds)}`);
  out.line(JSON.stringify(bundleSchema(files, kind + suffix), null, 2));
  return exitCodes.ok;
}

async function readSchemas(): Promise<Record<string, JsonObject>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(suffix)).sort();
  return Object.fromEntries(
    await Promise.all(
      names.map(
        async (name) => [name, JSON.parse(await readFile(folder + name, 'utf8')) as JsonObject] as const,
      ),
    ),
  );
}

function firstSentence(schema: JsonObject | undefined): string {
  const description = schema?.['description'];
  return typeof description === 'string' ? (/^.*?\.(?= |$)/.exec(description)?.[0] ?? description) : '';
}
