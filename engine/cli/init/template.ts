import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageUrl } from '../../core/package-url.ts';
import { parse } from 'yaml';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';

/** A template of a new project, as `specs/templates/<name>/template.yaml` says it. */
export interface Template {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What it asks besides the name of the project. */
  readonly questions: readonly Question[];
  /** Commands to go on with, in the new project. */
  readonly next: readonly string[];
}

/** One question; its answer stands in the files where they say `[[=id]]`. */
export interface Question {
  readonly id: string;
  readonly message: string;
  readonly default: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  /** Regular expression for answers that are not among the choices; without it there are no others. */
  readonly pattern?: string;
}

/** A file of a template before its placeholders are filled. */
export interface TemplateFile {
  /** Path below the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const folder = fileURLToPath(new URL('specs/templates/', packageUrl));
const shared = '_shared';
const about = 'template.yaml';

/** All templates, ordered by name. */
export async function readTemplates(): Promise<readonly Template[]> {
  const names = (await readdir(folder)).filter((name) => name !== shared).sort();
  return Promise.all(
    names.map(async (name) => ({
      name,
      ...(parse(await readFile(join(folder, name, about), 'utf8')) as Omit<Template, 'name'>),
    })),
  );
}

/** The template of this name. Throws Problem `not_found` with the choices when there is none. */
export function templateOf(templates: readonly Template[], name: string): Template {
  const found = templates.find((template) => template.name === name);
  if (found !== undefined) return found;
  const names = templates.map((template) => template.name);
  throw new Problem('not_found', `no template "${name}"${choices(name, names)}`);
}

/**
 * The files of a template with those that all templates share, ordered by path. A package may not hold all names that begin with a
 * dot, so such a name is stored as `dot-<rest>`.
 */
export async function readTemplateFiles({ name }: Template): Promise<readonly TemplateFile[]> {
  const files = [...(await filesBelow(join(folder, shared))), ...(await filesBelow(join(folder, name)))];
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function filesBelow(root: string): Promise<TemplateFile[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1))
    .filter((path) => path !== about);
  return Promise.all(
    paths.map(async (path) => ({
      path: path.replaceAll('\\', '/').replaceAll(/(?<=^|\/)dot-/g, '.'),
      text: await readFile(join(root, path), 'utf8'),
    })),
  );
}
