import type { Diagnostic, Level } from '../../core/diagnostic.ts';
import { formatDuration } from '../../core/duration.ts';
import type { Program } from '../../program/program.ts';

/**
 * The last line of `validate`: `2 errors, 1 warning in 3 files`, or `ok: 1 agent, 2 workflows in 34ms`.
 * @param program the Program when the check did not fail.
 * @param durationMs how long the check took.
 * @param shown how many of the diagnostics are shown.
 */
export function summary(
  diagnostics: readonly Diagnostic[],
  {
    program,
    durationMs,
    shown,
  }: { readonly program: Program | undefined; readonly durationMs: number; readonly shown: number },
): string {
  const { errors, warnings, infos } = countLevels(diagnostics);
  const levels = [
    ...(errors > 0 ? [count(errors, 'error')] : []),
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
    ...(infos > 0 ? [count(infos, 'note')] : []),
  ].join(', ');
  const files = count(new Set(diagnostics.map(({ file }) => file)).size, 'file');
  const rest = shown < diagnostics.length ? `, ${shown} of them shown` : '';
  const found = levels === '' ? undefined : `${levels} in ${files}${rest}`;
  if (program === undefined) return found ?? 'nothing could be checked';
  const specs = countSpecs(program).map(([kind, number]) => count(number, kind.slice(0, -1)));
  const checked = `${specs.length === 0 ? 'no agents and no workflows' : specs.join(', ')} in ${formatDuration(durationMs)}`;
  return `ok: ${checked}${found === undefined ? '' : `; ${found}`}`;
}

/** How many diagnostics there are of each level. */
export function countLevels(diagnostics: readonly Diagnostic[]): {
  errors: number;
  warnings: number;
  infos: number;
} {
  const of = (level: Level): number => diagnostics.filter((diagnostic) => diagnostic.level === level).length;
  return { errors: of('error'), warnings: of('warning'), infos: of('info') };
}

/** How many specs of each kind a Program has, in reading order; only kinds it has. */
export function countSpecs({
  agents,
  delegates,
  workflows,
  tools,
  skills,
  roles,
}: Program): readonly [string, number][] {
  const profiles = Object.values(delegates).filter(({ kind }) => kind === 'profile');
  const all: [string, number][] = [
    ['agents', Object.keys(agents).length],
    ['workflows', Object.keys(workflows).length],
    ['profiles', profiles.length],
    ['tools', Object.keys(tools).length],
    ['skills', Object.keys(skills).length],
    ['roles', Object.keys(roles).length],
  ];
  return all.filter(([, number]) => number > 0);
}

/** `1 file`, `2 files`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
