import type { Json } from '../core/json.ts';
import type { Problem, ProblemData } from '../core/problem.ts';
import type { StepStatus } from '../core/status.ts';
import type { Scope } from '../expr/index.ts';
import type { RunContext } from '../ports/durable.ts';
import type { Workflow } from '../program/workflow.ts';

/** A failure as expressions see it, in `steps.<id>.error` and in `error` of a `catch`. */
export interface ErrorView {
  readonly code: string;
  readonly message: string;
  /** Null when there are none. */
  readonly details: Json;
}

/** What later steps see of a step as `steps.<id>`. A skipped step has output null, error null and no attempts. */
export interface StepView {
  readonly output: Json;
  readonly status: StepStatus;
  /** The failure of a recovered step, else null. */
  readonly error: ErrorView | null;
  readonly attempts: number;
}

/** The steps that can be seen; each block has its own and adds to it as its steps end. */
export type StepViews = Record<string, StepView>;

/** The names every step of a run can read: `input`, `run`, `env`, `steps`. */
export function rootScope(
  workflow: Workflow,
  input: Json,
  context: RunContext,
  env: Readonly<Record<string, string>>,
  steps: StepViews,
): Scope {
  return {
    input,
    run: { id: context.id, startedAt: context.admittedAt, workflow: workflow.name },
    env,
    steps,
  };
}

/** A scope inside another: all its names, more names over them, and the given steps. */
export function innerScope(outer: Scope, names: Scope, steps: StepViews): Scope {
  return { ...outer, ...names, steps };
}

/** A failure for expressions. */
export function errorView(failure: Problem | ProblemData): ErrorView {
  const code = 'code' in failure ? failure.code : failure.type;
  return { code, message: failure.message, details: failure.details ?? null };
}
