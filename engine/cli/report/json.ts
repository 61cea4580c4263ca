import type { Diagnostic } from '../../core/diagnostic.ts';
import type { Program } from '../../program/program.ts';
import { countLevels, countSpecs } from './summary.ts';

/** Diagnostics for programs: one JSON object; files are relative to `project`. */
export function jsonReport(
  diagnostics: readonly Diagnostic[],
  { project, program }: { readonly project: string; readonly program: Program | undefined },
): string {
  const { errors, warnings, infos } = countLevels(diagnostics);
  return JSON.stringify(
    {
      ok: errors === 0,
      project,
      errors,
      warnings,
      infos,
      ...(program === undefined ? {} : { specs: Object.fromEntries(countSpecs(program)) }),
      diagnostics,
    },
    null,
    2,
  );
}
