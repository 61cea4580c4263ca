import { relative, resolve } from 'node:path';
import { Problem } from '../../core/problem.ts';
import { editorFolder, readEditorSchemas } from '../editor-schemas.ts';
import { exitCodes } from '../exit-codes.ts';
import { answersOf, fill, type Answers } from '../init/answers.ts';
import type { Person } from '../person.ts';
import {
  readTemplateFiles,
  readTemplates,
  templateOf,
  type Template,
  type TemplateFile,
} from '../init/template.ts';
import { planProject, writeProject, type PlannedFile } from '../init/write-project.ts';
import { count } from '../report/summary.ts';
import { table } from '../report/table.ts';
import { shellWord } from '../report/shell-word.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `engine init`. */
export interface InitOptions {
  readonly template?: string;
  readonly name?: string;
  /** `id=answer`, for the questions of the template. */
  readonly set?: readonly string[];
  readonly yes?: boolean;
  readonly list?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** The template of somebody who does not choose. */
const simplest = 'hello';

/**
 * Writes a new project from a template, asking for what the command line does not say when there is somebody to ask. Overwrites
 * nothing: when a file of the template is there and differs, nothing is written and the exit code is 2. Needs no network.
 * @param person who can be asked, if anybody.
 */
export async function init(
  given: string | undefined,
  options: InitOptions,
  terminal: Terminal,
  person: Person | undefined,
): Promise<number> {
  const templates = await readTemplates();
  if (options.list === true) return list(templates, options, terminal);
  const chosen = await choose(templates, { given, options, person });
  if (chosen === undefined) {
    terminal.err.line('given up, nothing was written');
    return exitCodes.interrupted;
  }
  const { template, folder, answers } = chosen;
  const files = await planProject(folder, await projectFiles(template, answers));
  const conflicts = files.filter(({ state }) => state === 'conflict');
  if (conflicts.length > 0) throw refusal(folder, conflicts);
  if (options.dryRun !== true) await writeProject(folder, files);
  report(template, { folder, files, options, terminal });
  return exitCodes.ok;
}

interface Choice {
  readonly template: Template;
  readonly folder: string;
  readonly answers: Answers;
}

async function choose(
  templates: readonly Template[],
  {
    given,
    options,
    person,
  }: {
    readonly given: string | undefined;
    readonly options: InitOptions;
    readonly person: Person | undefined;
  },
): Promise<Choice | undefined> {
  const { name, set = [], yes = false } = options;
  const template = options.template === undefined ? undefined : templateOf(templates, options.template);
  if (!yes && person !== undefined && set.length === 0) {
    const { askProject } = await import('../init/ask.ts');
    return askProject(templates, { template, folder: given, name }, person);
  }
  if (!yes && template === undefined) {
    const names = templates.map((each) => each.name).join(', ');
    throw new Problem(
      'invalid_request',
      `say what to start with: "--template <name>" (${names}), or "--yes" for "${simplest}"`,
    );
  }
  const folder = given ?? '.';
  const taken = template ?? templateOf(templates, simplest);
  return {
    template: taken,
    folder,
    answers: answersOf(taken, { folder, set, ...(name !== undefined && { name }) }),
  };
}

/** The files of a template with its answers, and the schemas their first lines name. */
async function projectFiles(template: Template, answers: Answers): Promise<readonly TemplateFile[]> {
  const files = (await readTemplateFiles(template)).map(({ path, text }) => ({
    path: fill(path, answers),
    text: fill(text, answers),
  }));
  const schemas = (await readEditorSchemas()).map((schema) => ({
    path: `${editorFolder}/${schema.file}`,
    text: schema.text(),
  }));
  return [...files, ...schemas];
}

function report(
  { name, next }: Template,
  {
    folder,
    files,
    options: { dryRun = false, json = false },
    terminal: { out },
  }: {
    readonly folder: string;
    readonly files: readonly PlannedFile[];
    readonly options: InitOptions;
    readonly terminal: Terminal;
  },
): void {
  if (json) {
    const listed = files.map(({ path, state }) => ({ path, state }));
    const result = { template: name, folder: resolve(folder), written: !dryRun, files: listed, next };
    out.line(JSON.stringify(result, null, 2));
    return;
  }
  const isSchema = ({ path }: PlannedFile): boolean => path.startsWith(`${editorFolder}/`);
  for (const { path, state } of files.filter((file) => !isSchema(file)))
    out.line(`  ${path}${state === 'same' ? ' (as it was)' : ''}`);
  out.line(`  ${editorFolder}/ (${count(files.filter(isSchema).length, 'schema')} for editors)`);
  const where = shown(folder);
  out.line(
    dryRun ? `\n"${name}" would be written to ${where}` : `\n"${name}" is written to ${where}; go on with`,
  );
  if (dryRun) return;
  const first = where === '.' ? [] : [`cd ${shellWord(where)}`];
  for (const command of [...first, 'npm install flue-engine', ...next]) out.line(`  ${command}`);
}

function list(templates: readonly Template[], { json = false }: InitOptions, { out }: Terminal): number {
  const rows = templates.map(({ name, description }) => ({ template: name, description }));
  if (json) out.line(JSON.stringify({ templates: rows }, null, 2));
  else
    out.line(
      table([
        ['TEMPLATE', 'WHAT IT IS'],
        ...rows.map(({ template, description }) => [template, description]),
      ]),
    );
  return exitCodes.ok;
}

function refusal(folder: string, conflicts: readonly PlannedFile[]): Problem {
  const [are, them] = conflicts.length === 1 ? ['is', 'it'] : ['are', 'them'];
  const where = `${count(conflicts.length, 'file')} in "${shown(folder)}" ${are} there already`;
  const faults = conflicts.map(({ path, why = '' }) => ({ pointer: path, message: why }));
  return new Problem(
    'conflict',
    `${where}, so nothing was written; name a new folder, or move ${them} away`,
    { details: { faults } },
  );
}

/** A folder as people write it from here. */
function shown(folder: string): string {
  const below = relative('.', folder);
  if (below === '') return '.';
  return below.startsWith('..') ? resolve(folder) : below;
}
