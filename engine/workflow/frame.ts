import type { Json } from '../core/json.ts';
import type { Problem } from '../core/problem.ts';
import type { Scope } from '../expr/index.ts';
import type { RunContext } from '../ports/durable.ts';
import type { Step } from '../program/step.ts';
import type { Workflow } from '../program/workflow.ts';
import { innerScope, type StepViews } from './scope.ts';
import type { Spending } from './spending.ts';
import type { StepEvents } from './step-events.ts';

/** What all steps of one run share. */
export interface Run {
  readonly context: RunContext;
  readonly workflow: Workflow;
  /** What the whole run has spent. */
  readonly spent: Spending;
  /** Ends the run with a problem no `catch` can recover: every signal of the run aborts with it. */
  stop(problem: Problem): void;
  /** Told of every step before its condition is asked, replayed ones included, with what it sees at that moment. */
  onStep?(step: Step, path: string, scope: Scope): void;
  /** Runs a list of steps in order; here so that blocks need not import it back. */
  runSteps(steps: readonly Step[], frame: Frame): Promise<Flow>;
}

/** Where a step runs: what it sees, how its path begins, what stops it, where its events and spending go. */
export interface Frame {
  readonly run: Run;
  readonly scope: Scope;
  /** The `steps` of the scope; grows as steps end. */
  readonly steps: StepViews;
  /** Path of the enclosing block with its iteration, ending in `/`; empty at the root. */
  readonly prefix: string;
  /** Names the further attempts of blocks around, so that what waits inside them waits anew; empty in first attempts. */
  readonly again: string;
  readonly signal: AbortSignal;
  readonly events: StepEvents;
  readonly spent: Spending;
}

/** How a list of steps ended: with its output, or by a `return` that ends the run with it. */
export interface Flow {
  readonly output: Json;
  readonly returned: boolean;
}

/** A frame for the steps inside a block: they see what the block sees and `names`; what they add stays inside. */
export function innerFrame(frame: Frame, prefix: string, names: Scope = {}): Frame {
  const steps = { ...frame.steps };
  return { ...frame, prefix, steps, scope: innerScope(frame.scope, names, steps) };
}
