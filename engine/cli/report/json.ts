import type { Diagnostic } from '../../core/diagnostic.ts';
import type { Program } from '../../program/program.ts';
import { countLevels, countSpecs } from './summary.ts';

/**
 * Diagnostics for programs: one JSON object as `specs/formats/findings.schema.json` says; files are relative to `project`.
 * @param all every diagnostic; `shown` are those that are listed.
 * @param failed whether the check ends with a failure.
 */
export function jsonReport(
  shown: readonly Diagnostic[],
  {
    project,
    program,
    all,
    failed,
  }: {
    readonly project: string;
    readonly program: Program | undefined;
    readonly all: readonly Diagnostic[];
    readonly failed: boolean;
  },
): string {
  const { errors, warnings, infos } = countLevels(all);
  return JSON.stringify(
    {
      schema: 'engine-findings/v1',
      ok: !failed,
      project,
      errors,
      warnings,
      infos,
      ...(program === undefined ? {} : { specs: Object.fromEntries(countSpecs(program)) }),
      diagnostics: shown,
      omitted: all.length - shown.length,
    },
    null,
    2,
  );
}
