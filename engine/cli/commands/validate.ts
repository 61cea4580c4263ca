import { resolve } from 'node:path';
import { compile } from '../../compile.ts';
import { hasErrors } from '../../core/diagnostic.ts';
import { exitCodes } from '../exit-codes.ts';
import { codeFrames } from '../report/codeframe.ts';
import { githubReport } from '../report/github.ts';
import { jsonReport } from '../report/json.ts';
import { summary } from '../report/summary.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `engine validate`. */
export interface ValidateOptions {
  readonly format: 'codeframe' | 'json' | 'github';
  readonly json?: boolean;
}

/** Checks a project and prints all findings. Exit code 0 without errors, 1 with errors, 2 when there is no such folder. */
export async function validate(
  folder: string,
  options: ValidateOptions,
  { out, err }: Terminal,
): Promise<number> {
  const project = resolve(folder);
  const started = performance.now();
  const { program, diagnostics } = await compile(folder);
  const line = summary(diagnostics, { program, durationMs: performance.now() - started });
  switch (options.json === true ? 'json' : options.format) {
    case 'json':
      out.line(jsonReport(diagnostics, { project, program }));
      break;
    case 'github':
      if (diagnostics.length > 0) out.line(githubReport(diagnostics, { project }));
      err.line(line);
      break;
    case 'codeframe':
      if (diagnostics.length > 0) out.line(await codeFrames(diagnostics, { project, colors: out.colors }));
      out.line(hasErrors(diagnostics) ? out.colors.red(line) : out.colors.green(line));
      break;
  }
  if (diagnostics.some(({ rule }) => rule === 'source/no-project')) return exitCodes.usage;
  return hasErrors(diagnostics) ? exitCodes.failed : exitCodes.ok;
}
