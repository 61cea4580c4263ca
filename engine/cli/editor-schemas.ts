import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { packageUrl } from '../core/package-url.ts';
import type { JsonObject } from '../core/json.ts';
import { bundleSchema } from './bundle-schema.ts';

const folder = fileURLToPath(new URL('schema/', packageUrl));
const suffix = '.schema.json';
const common = 'common.schema.json';

/** Where a project keeps the schemas that the first lines of its YAML files name. */
export const editorFolder = '.engine/editor';

/** The JSON Schema of a kind of spec, for people and their editors. */
export interface EditorSchema {
  readonly kind: string;
  /** What the kind is, in a sentence. */
  readonly description: string;
  /** Name of its file: `<kind>.schema.json`. */
  readonly file: string;
  /** The schema as JSON (draft-07); needs no other file. */
  text(): string;
}

/** The schemas of all kinds, ordered by kind. */
export async function readEditorSchemas(): Promise<readonly EditorSchema[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(suffix)).sort();
  const files = Object.fromEntries(
    await Promise.all(
      names.map(
        async (name) => [name, JSON.parse(await readFile(folder + name, 'utf8')) as JsonObject] as const,
      ),
    ),
  );
  return names
    .filter((file) => file !== common)
    .map((file) => ({
      kind: file.slice(0, -suffix.length),
      description: firstSentence(files[file]),
      file,
      text: () => `${JSON.stringify(bundleSchema(files, file), null, 2)}\n`,
    }));
}

function firstSentence(schema: JsonObject | undefined): string {
  const description = schema?.['description'];
  return typeof description === 'string' ? (/^.*?\.(?= |$)/.exec(description)?.[0] ?? description) : '';
}
