import type { Diagnostic } from '../core/diagnostic.ts';
import { adjustmentOf as adjustmentIn, type Adjustment } from './adjustable.ts';
import { checkWith } from './check.ts';
import { contextOverflow } from './cost/context-overflow.ts';
import { mayExceedLimit } from './cost/may-exceed-limit.ts';
import { noLimit } from './cost/no-limit.ts';
import { overLimit } from './cost/over-limit.ts';
import { unknownPrice } from './cost/unknown-price.ts';
import { constantCondition } from './expr/constant-condition.ts';
import { deadBranch } from './graph/dead-branch.ts';
import { missingElse } from './graph/missing-else.ts';
import { parallelWriteConflict } from './graph/parallel-write-conflict.ts';
import { selfApproval } from './graph/self-approval.ts';
import { unreachableCase } from './graph/unreachable-case.ts';
import { unreachableStep } from './graph/unreachable-step.ts';
import { unusedAgent } from './graph/unused-agent.ts';
import { unusedStep } from './graph/unused-step.ts';
import { missingModel } from './ref/missing-model.ts';
import { modelAbility } from './ref/model-ability.ts';
import { unusedSpec } from './ref/unused-spec.ts';
import type { Checkable, Rule } from './rule.ts';
import { deprecatedKey } from './schema/deprecated-key.ts';
import { plaintextSecret } from './security/plaintext-secret.ts';
import { unquotedUntrusted } from './security/unquoted-untrusted.ts';
import { untrustedToDestructive } from './security/untrusted-to-destructive.ts';
import { noBoundary } from './security/no-boundary.ts';
import { wideNetwork } from './security/wide-network.ts';
import { wildcardAllow } from './security/wildcard-allow.ts';
import { bodyLength } from './skill/body-length.ts';
import { deepReference } from './skill/deep-reference.ts';
import { descriptionNoTrigger } from './skill/description-no-trigger.ts';
import { missingReference } from './skill/missing-reference.ts';
import { toolNotAvailable } from './skill/tool-not-available.ts';
import { bracesNotNeeded } from './style/braces-not-needed.ts';
import { descriptionMissing } from './style/description-missing.ts';
import { idCase } from './style/id-case.ts';
import { keyOrder } from './style/key-order.ts';
import { unusedInput } from './template/unused-input.ts';
import { casesDisagree } from './type/cases-disagree.ts';
import { enumTooWide } from './type/enum-too-wide.ts';
import { noIdempotencyKey } from './type/no-idempotency-key.ts';
import { schemaWeakened } from './type/schema-weakened.ts';
import { untyped } from './type/untyped.ts';

/** Every check on a linked project, in order of its id. */
export const rules: readonly Rule[] = [
  contextOverflow,
  mayExceedLimit,
  noLimit,
  overLimit,
  unknownPrice,
  constantCondition,
  deadBranch,
  missingElse,
  parallelWriteConflict,
  selfApproval,
  unreachableCase,
  unreachableStep,
  unusedAgent,
  unusedStep,
  missingModel,
  modelAbility,
  unusedSpec,
  deprecatedKey,
  noBoundary,
  plaintextSecret,
  unquotedUntrusted,
  untrustedToDestructive,
  wideNetwork,
  wildcardAllow,
  bodyLength,
  deepReference,
  descriptionNoTrigger,
  missingReference,
  toolNotAvailable,
  bracesNotNeeded,
  descriptionMissing,
  idCase,
  keyOrder,
  unusedInput,
  casesDisagree,
  enumTooWide,
  noIdempotencyKey,
  schemaWeakened,
  untyped,
];

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
export { typeCoverage } from './facts-at.ts';
export type { Checkable, Rule } from './rule.ts';
