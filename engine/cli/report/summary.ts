import type { Diagnostic } from '../../core/diagnostic.ts';
import { formatDuration } from '../../core/duration.ts';
import { countLevels, countSpecs, countSteps, shareOfTypes, type Analyzed } from '../../findings/index.ts';
import type { Program } from '../../program/program.ts';
import { placeOf } from './places.ts';

/**
 * The last line of `validate`: `2 errors, 1 warning in 3 files`, or `ok: 1 agent, 2 workflows in 34ms`.
 * @param program the Program when the check did not fail.
 * @param durationMs how long the check took.
 * @param shown how many of the diagnostics are shown.
 * @param fixed how many were fixed before.
 * @param known how many more the baseline knows.
 */
export function summary(
  diagnostics: readonly Diagnostic[],
  {
    program,
    durationMs,
    shown,
    fixed = 0,
    known = 0,
  }: {
    readonly program: Program | undefined;
    readonly durationMs: number;
    readonly shown: number;
    readonly fixed?: number;
    readonly known?: number;
  },
): string {
  const { errors, warnings, infos } = countLevels(diagnostics);
  const levels = [
    ...(errors > 0 ? [count(errors, 'error')] : []),
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
    ...(infos > 0 ? [count(infos, 'note')] : []),
  ].join(', ');
  const files = count(new Set(diagnostics.map(({ file }) => file)).size, 'file');
  const rest = shown < diagnostics.length ? `, ${shown} of them shown` : '';
  const besides = [
    ...(fixed > 0 ? [`${fixed} fixed`] : []),
    ...(known > 0 ? [`${known} known from the baseline`] : []),
  ].join('; ');
  const found = [
    ...(levels === '' ? [] : [`${levels} in ${files}${rest}`]),
    ...(besides === '' ? [] : [besides]),
  ].join('; ');
  if (program === undefined) return found === '' ? 'nothing could be checked' : found;
  const specs = countSpecs(program).map(([kind, number]) => count(number, kind.slice(0, -1)));
  const checked = `${specs.length === 0 ? 'no agents and no workflows' : specs.join(', ')} in ${formatDuration(durationMs)}`;
  return `ok: ${checked}${found === '' ? '' : `; ${found}`}`;
}

/**
 * The line of figures of a project: `types: 94 % · 12 agents · 5 workflows · 61 steps`. The share of types is rounded down, and left
 * out where there are no expressions.
 */
export function figures({ draft, facts, sources }: Analyzed): string {
  const { typed, parts } = shareOfTypes(facts);
  const specs = countSpecs(draft)
    .filter(([kind]) => kind === 'agents' || kind === 'workflows')
    .map(([kind, number]) => count(number, kind.slice(0, -1)));
  const steps = countSteps(sources);
  return [
    ...(parts === 0 ? [] : [`types: ${Math.floor((100 * typed) / parts)} %`]),
    ...specs,
    ...(steps === 0 ? [] : [count(steps, 'step')]),
  ].join(' · ');
}

/** The line about parts that are checked but do not run in this version; undefined when there are none. */
export function unavailableLine({ draft: { unavailable } }: Analyzed): string | undefined {
  if (unavailable.length === 0) return undefined;
  const parts = unavailable.map(({ message, origin }) => `${placeOf(origin.file, origin.range)} ${message}`);
  const rest = parts.length > 3 ? `; and ${parts.length - 3} more` : '';
  return `checked, but not run by this version: ${parts.slice(0, 3).join('; ')}${rest}`;
}

/** `1 file`, `2 files`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
