import { resolve } from 'node:path';
import { compile, unavailableParts } from '../compile.ts';
import { Problem } from '../core/problem.ts';
import type { Program } from '../program/program.ts';
import { codeFrames } from './report/codeframe.ts';
import { tellProjectAbove } from './report/project-above.ts';
import { count } from './report/summary.ts';
import type { Terminal } from './terminal.ts';

/**
 * The Program of a folder. Prints its errors to stderr and throws Problem `invalid_project` when it has any.
 * @param tellHint says that another project may be meant; default: a line of stderr.
 */
export async function openProgram(
  folder: string,
  { err }: Terminal,
  tellHint?: (hint: string) => void,
): Promise<Program> {
  tellProjectAbove(folder, '--project ', { err }, tellHint);
  const { program, diagnostics } = await compile(folder);
  const errors =
    program === undefined ? diagnostics.filter(({ level }) => level === 'error') : unavailableParts(program);
  if (program !== undefined && errors.length === 0) return program;
  err.line(await codeFrames(errors, { project: resolve(folder), colors: err.colors }));
  throw new Problem('invalid_project', `the project has ${count(errors.length, 'error')}`, {
    details: errors.map(({ rule, message, file, range }) => ({
      rule,
      message,
      file,
      line: range?.start.line ?? 0,
    })),
  });
}
