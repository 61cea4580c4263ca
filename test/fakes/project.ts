import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compile } from '../../engine/compile.ts';
import type { Diagnostic } from '../../engine/core/diagnostic.ts';
import type { Program } from '../../engine/program/program.ts';

/** Files of a project by path; a value that is no text is written as JSON, which is YAML too. */
export type Files = Readonly<Record<string, unknown>>;

const folders = new Set<string>();

process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder that goes when the process ends. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'project-')));
  folders.add(folder);
  return folder;
}

/** Writes a project into a folder of its own, which goes when the process ends. */
export function projectOf(files: Files): string {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  return folder;
}

/** Adds or replaces files of a project. */
export function writeFiles(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
}

/** The Program of a project that must have no error. */
export async function programOf(files: Files | string): Promise<Program> {
  const { program, diagnostics } = await compile(typeof files === 'string' ? files : projectOf(files));
  if (program === undefined)
    throw new Error(`the project has errors:\n${diagnostics.map(lineOf).join('\n')}`);
  return program;
}

/** What compiling a project says, a line each: `file:line:column level rule message`. */
export async function findingsOf(files: Files | string): Promise<string[]> {
  const { diagnostics } = await compile(typeof files === 'string' ? files : projectOf(files));
  return diagnostics.map(lineOf);
}

function lineOf({ file, range, level, rule, message }: Diagnostic): string {
  const place = range === undefined ? '' : `:${range.start.line}:${range.start.column}`;
  return `${file}${place} ${level} ${rule} ${message}`;
}
