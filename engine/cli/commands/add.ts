import { lstat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { Problem } from '../../core/problem.ts';
import { exitCodes } from '../exit-codes.ts';
import { findGuide, shippedGuides } from '../connectors/find-guide.ts';
import type { Guide } from '../connectors/guide.ts';
import { planProject, writeProject, type PlannedFile } from '../init/write-project.ts';
import { count } from '../report/summary.ts';
import { table } from '../report/table.ts';
import { printable, type Terminal } from '../terminal.ts';

/** Options of `engine add`. */
export interface AddOptions {
  readonly project: string;
  /** Print the steps as Markdown. */
  readonly print?: boolean;
  /** Write the files. */
  readonly write?: boolean;
  readonly json?: boolean;
}

/**
 * Lists guides, shows one, prints its steps, or writes its files. Runs and installs nothing, and overwrites nothing: when a file is
 * there and differs, nothing is written and the exit code is 2.
 * @param word a guide of the engine, an address or a file; undefined: all that the engine has.
 */
export async function add(
  word: string | undefined,
  options: AddOptions,
  terminal: Terminal,
): Promise<number> {
  if (word === undefined) return list(await shippedGuides(), options, terminal);
  const { guide, isShipped } = await findGuide(word);
  const { out, err } = terminal;
  if (options.print === true && options.write !== true) {
    out.line(printable(guide.body));
    return exitCodes.ok;
  }
  for (const { path } of guide.files) await refuseLinks(options.project, path);
  const files = await planProject(options.project, guide.files);
  const conflicts = files.filter(({ state }) => state === 'conflict');
  if (options.write === true) {
    if (conflicts.length > 0) throw refusal(conflicts);
    await writeProject(options.project, files);
    if (!isShipped && files.some(({ path }) => path.endsWith('.ts')))
      err.line('it brought code that does not come with the engine; read it before you run the project');
  }
  if (options.json === true) {
    const { name, description, kind, body } = guide;
    const listed = files.map(({ path, state, text }) => ({ path, state, text }));
    const result = { name, description, kind, files: listed, written: options.write === true, steps: body };
    out.line(JSON.stringify(result, null, 2));
  } else show(guide, files, { word, ...options }, terminal);
  return exitCodes.ok;
}

function list(guides: readonly Guide[], { json = false }: AddOptions, { out }: Terminal): number {
  const rows = guides.map(({ name, kind, description }) => ({ name, kind, description }));
  if (json) out.line(JSON.stringify({ guides: rows }, null, 2));
  else
    out.line(
      table([
        ['GUIDE', 'KIND', 'WHAT IT IS'],
        ...rows.map(({ name, kind, description }) => [name, kind, description]),
      ]),
    );
  return exitCodes.ok;
}

function show(
  { name, description, body }: Guide,
  files: readonly PlannedFile[],
  { word, write = false }: AddOptions & { readonly word: string },
  { out }: Terminal,
): void {
  const states = { new: '', same: ' (as it was)', conflict: ' (there already, and differs)' };
  out.line(printable(`${name}: ${description}`));
  for (const { path, state } of files) out.line(`  ${path}${states[state]}`);
  if (write) {
    const written = files.filter(({ state }) => state === 'new').length;
    const what = written === 0 ? 'nothing to write' : `${count(written, 'file')} written`;
    out.line(`\n${what}; what is left to do:\n`);
    out.line(printable(withoutFiles(body)));
    return;
  }
  const shown = /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word);
  out.line(`\nread the steps with: engine add ${shown} --print`);
  if (files.length > 0) out.line(`write the files with: engine add ${shown} --write`);
}

/** The steps, without the blocks that were written. */
function withoutFiles(body: string): string {
  return body
    .replace(/^<!-- file: (\S+) -->\r?\n(`{3,})[^\n]*\n[\s\S]*?^\2[ \t]*\r?$/gm, '`$1`')
    .replaceAll(/^<!-- .* -->\r?\n/gm, '');
}

/** What a path below the project leads to must be in the project. */
async function refuseLinks(project: string, path: string): Promise<void> {
  const root = resolve(project);
  for (let place = join(root, path); place !== root; place = dirname(place)) {
    const found = await lstat(place).catch(() => undefined);
    if (found?.isSymbolicLink() === true)
      throw new Problem(
        'conflict',
        `"${relative(root, place)}" is a symbolic link, so nothing is written through it`,
      );
  }
}

function refusal(conflicts: readonly PlannedFile[]): Problem {
  const [are, them] = conflicts.length === 1 ? ['is', 'it'] : ['are', 'them'];
  const faults = conflicts.map(({ path, why = '' }) => ({
    pointer: path,
    message: why.replace('template', 'guide'),
  }));
  return new Problem(
    'conflict',
    `${count(conflicts.length, 'file')} ${are} there already, so nothing was written; move ${them} away`,
    { details: { faults } },
  );
}
