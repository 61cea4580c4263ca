import type { Diagnostic } from '../core/diagnostic.ts';
import type { Program } from '../program/program.ts';
import { unreachableStep } from './graph/unreachable-step.ts';
import { missingModel } from './ref/missing-model.ts';
import type { Rule } from './rule.ts';
import { noIdempotencyKey } from './type/no-idempotency-key.ts';

/** Every check on a Program, in order of its id. */
export const rules: readonly Rule[] = [unreachableStep, missingModel, noIdempotencyKey];

/** Runs every rule over a Program that linked without errors. */
export function checkProgram(program: Program): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const { id, level, check } of rules) {
    check(program, ({ file, range, pointer }, message) =>
      diagnostics.push({ rule: id, level, message, file, range, pointer }),
    );
  }
  return diagnostics;
}
