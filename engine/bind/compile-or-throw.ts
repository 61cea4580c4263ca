import { compile } from '../compile.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { Problem } from '../core/problem.ts';
import type { Program } from '../program/program.ts';

/** The Program of a folder. Throws Problem `invalid_project` with the diagnostics as details. */
export async function compileOrThrow(project: string): Promise<Program> {
  const { program, diagnostics } = await compile(project);
  if (program !== undefined) return program;
  refuse(diagnostics.filter((diagnostic) => diagnostic.level === 'error'));
  throw new Problem('invalid_project', 'the project has errors');
}

/** Throws Problem `invalid_project` with the errors as details, when there are any. */
export function refuse(errors: readonly Diagnostic[]): void {
  const [first] = errors;
  if (first === undefined) return;
  const place = ` (${first.file}:${first.range?.start.line ?? 1}: ${first.message})`;
  throw new Problem(
    'invalid_project',
    `the project has ${errors.length} error${errors.length === 1 ? '' : 's'}${place}`,
    {
      details: errors.map(({ rule, message, file, range }) => ({
        rule,
        message,
        file,
        line: range?.start.line ?? 0,
      })),
    },
  );
}
