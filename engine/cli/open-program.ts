import { resolve } from 'node:path';
import { compile } from '../compile.ts';
import { hasErrors } from '../core/diagnostic.ts';
import { Problem } from '../core/problem.ts';
import type { Program } from '../program/program.ts';
import { codeFrames } from './report/codeframe.ts';
import { count } from './report/summary.ts';
import type { Terminal } from './terminal.ts';

/** The Program of a folder. Prints its errors to stderr and throws Problem `invalid_project` when it has any. */
export async function openProgram(folder: string, { err }: Terminal): Promise<Program> {
  const { program, diagnostics } = await compile(folder);
  if (program !== undefined && !hasErrors(diagnostics)) return program;
  const errors = diagnostics.filter(({ level }) => level === 'error');
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
