import type { Rule } from './rule.ts';

/**
 * Ids of findings that are made while reading, linking and typing, and that a project may still turn down: they keep nothing
 * from running. All others of these stages are errors without which there is no Program.
 */
const foundElsewhere: ReadonlySet<string> = new Set([
  'cost/unbounded-foreach',
  'expr/impossible-literal',
  'expr/not-boolean',
  'expr/not-list',
  'expr/nullable',
  'expr/optional-field',
  'expr/precision',
  'expr/too-deep',
  'expr/type',
  'graph/may-not-have-run',
  'graph/unreachable-case',
  'ref/shadowed',
  'ref/unknown-field',
  'ref/unknown-harness',
  'ref/unlikely-code',
  'schema/required-not-declared',
  'source/ignored-file',
  'source/ignored-key',
  'source/outside-project',
  'source/second-config',
  'source/unknown-folder',
  'style/unused-ignore',
  'template/not-text',
  'template/raw-object',
  'type/argument',
  'type/missing-argument',
  'type/result',
  'type/unknown-argument',
  'yaml/number-lost-digits',
]);

/** What the config and comments may do to a rule. */
export interface Adjustment {
  /** Whether its level can be set, and its findings ignored. */
  readonly adjustable: boolean;
  /** The least preset it is part of. */
  readonly preset: 'recommended' | 'strict';
}

/** Tells what may be done to a rule, of the list or found elsewhere. */
export function adjustmentOf(rules: readonly Rule[], id: string): Adjustment {
  const rule = rules.find((candidate) => candidate.id === id);
  if (rule === undefined) return { adjustable: foundElsewhere.has(id), preset: 'recommended' };
  return { adjustable: rule.fixed !== true, preset: rule.preset ?? 'recommended' };
}
