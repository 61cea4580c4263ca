import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import { readEditorSchemas } from '../editor-schemas.ts';
import { whyNot } from '../report/why-not.ts';
import { exitCodes } from '../exit-codes.ts';
import { count } from '../report/summary.ts';
import { table } from '../report/table.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `engine schema`. */
export interface SchemaOptions {
  /** Write the schemas of all kinds. */
  readonly all?: boolean;
  /** Folder for the files instead of stdout. */
  readonly output?: string;
  readonly json?: boolean;
}

/**
 * Prints the JSON Schema (draft-07) of a kind of spec, which needs no other file; writes it, or those of all kinds, into a folder; or
 * lists the kinds. Throws Problem `not_found` for an unknown kind, `invalid_request` for options that do not go together and a folder
 * that cannot be written.
 */
export async function schema(
  kind: string | undefined,
  { all = false, output, json = false }: SchemaOptions,
  { out, err }: Terminal,
): Promise<number> {
  const schemas = await readEditorSchemas();
  if (all && kind !== undefined) throw new Problem('invalid_request', 'write a kind or "--all", not both');
  if (all && output === undefined)
    throw new Problem('invalid_request', '"--all" writes files; say where by "--output <folder>"');
  if (kind === undefined && !all) {
    if (output !== undefined)
      throw new Problem('invalid_request', '"--output" needs a kind, or "--all" for all of them');
    const rows = schemas.map(({ kind, description }) => ({ kind, description }));
    if (json) out.line(JSON.stringify({ kinds: rows }, null, 2));
    else
      out.line(table([['KIND', 'WHAT IT IS'], ...rows.map(({ kind, description }) => [kind, description])]));
    return exitCodes.ok;
  }
  const wanted = all ? schemas : schemas.filter((each) => each.kind === kind);
  if (wanted.length === 0) {
    const kinds = schemas.map((each) => each.kind);
    throw new Problem('not_found', `no kind "${kind ?? ''}"${choices(kind ?? '', kinds)}`);
  }
  if (output === undefined) {
    for (const each of wanted) out.write(each.text());
    return exitCodes.ok;
  }
  try {
    await mkdir(output, { recursive: true });
    for (const each of wanted) await writeFile(join(output, each.file), each.text());
  } catch (thrown) {
    throw new Problem('invalid_request', `"${output}" cannot be written: ${whyNot(thrown)}`);
  }
  if (json) out.line(JSON.stringify({ files: wanted.map(({ file }) => join(output, file)) }, null, 2));
  else err.line(`${count(wanted.length, 'schema')} written to ${output}`);
  return exitCodes.ok;
}
