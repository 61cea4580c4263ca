import type { Expression, Value } from '../expr/index.ts';
import type { Step, StepBase } from './step.ts';

/** Runs its branches side by side; output is a map from branch name to the branch's last output. */
export interface ParallelStep extends StepBase {
  readonly verb: 'parallel';
  readonly branches: readonly { readonly name: string; readonly steps: readonly Step[] }[];
  readonly maxConcurrency: number;
  readonly onError: 'fail-fast' | 'collect';
  readonly output: Value | undefined;
}

/** Runs its steps once an item; output is a list in item order. */
export interface ForeachStep extends StepBase {
  readonly verb: 'foreach';
  readonly items: Expression;
  /** Name of the item in the steps' scope; `index` is there too. */
  readonly as: string;
  readonly maxItems: number | undefined;
  readonly maxConcurrency: number;
  readonly onError: 'fail-fast' | 'collect';
  readonly steps: readonly Step[];
  readonly output: Value | undefined;
}

/** Runs the steps of the first case whose condition holds. */
export interface BranchStep extends StepBase {
  readonly verb: 'branch';
  readonly cases: readonly BranchCase[];
}

/** One case of a branch. */
export interface BranchCase {
  /** Undefined for `else`. */
  readonly when: Expression | undefined;
  readonly steps: readonly Step[];
  readonly output: Value | undefined;
}

/** Repeats its steps; sees `prev` (the round before, null at first) and `index`. */
export interface LoopStep extends StepBase {
  readonly verb: 'loop';
  readonly until: Expression | undefined;
  readonly while: Expression | undefined;
  readonly maxIterations: number;
  readonly steps: readonly Step[];
  readonly output: Value | undefined;
}
