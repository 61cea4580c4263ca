import { hasErrors, type Diagnostic } from '../core/diagnostic.ts';
import { unreachableStep } from './graph/unreachable-step.ts';
import { missingModel } from './ref/missing-model.ts';
import type { Checkable, Rule } from './rule.ts';
import { noIdempotencyKey } from './type/no-idempotency-key.ts';

/** Every check on a linked project, in order of its id. */
export const rules: readonly Rule[] = [unreachableStep, missingModel, noIdempotencyKey];

/** Runs the rules over a project; those that need a whole one only when nothing found so far is an error. */
export function checkProject(project: Checkable, found: readonly Diagnostic[]): readonly Diagnostic[] {
  const isWhole = !hasErrors(found);
  const diagnostics: Diagnostic[] = [];
  for (const { id, level, always, check } of rules) {
    if (!isWhole && always !== true) continue;
    check(project, ({ file, range, pointer }, message, parts = {}) =>
      diagnostics.push({
        rule: id,
        level,
        message,
        file,
        ...(range === undefined ? {} : { range }),
        ...(pointer === undefined ? {} : { pointer }),
        ...parts,
      }),
    );
  }
  return diagnostics;
}

export type { Checkable, Rule } from './rule.ts';
