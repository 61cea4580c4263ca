import type { Diagnostic } from '../core/diagnostic.ts';
import { adjustmentOf as adjustmentIn, type Adjustment } from './adjustable.ts';
import { checkWith } from './check.ts';
import { unreachableStep } from './graph/unreachable-step.ts';
import { missingModel } from './ref/missing-model.ts';
import type { Checkable, Rule } from './rule.ts';
import { noIdempotencyKey } from './type/no-idempotency-key.ts';

/** Every check on a linked project, in order of its id. */
export const rules: readonly Rule[] = [unreachableStep, missingModel, noIdempotencyKey];

/**
 * Runs the rules over a project; those that need a whole one only when nothing found so far is an error.
 * @returns everything that counts, of what was found before and of the rules, as the project's config and comments want it.
 */
export function checkProject(project: Checkable, found: readonly Diagnostic[]): readonly Diagnostic[] {
  return checkWith(rules, project, found);
}

/** Tells whether the level of a rule can be set and its findings ignored, and from which preset on it is checked. */
export function adjustmentOf(id: string): Adjustment {
  return adjustmentIn(rules, id);
}

export type { Adjustment } from './adjustable.ts';
export type { Checkable, Rule } from './rule.ts';
