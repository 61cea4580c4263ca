import type { ASTNode } from '@marcbachmann/cel-js';
import { Problem } from '../core/problem.ts';
import { fail, kindOf } from './cel-failure.ts';
import type { Scope } from './types.ts';

/** What one evaluation works on. */
export interface Frame {
  readonly scope: Scope;
  /** Values of loop variables, by nesting depth. */
  readonly locals: unknown[];
  /** Loop rounds still allowed; at zero nothing may swallow the failure. */
  rounds: number;
  /** Data that functions and operators may still look through, in items and pieces of text. */
  work: number;
}

/** A node ready to run. */
export type Run = (frame: Frame) => unknown;

/** Loop variables in sight, innermost last. */
export type Bound = readonly string[];

/** Turns a node into something that runs. */
export type Compile = (node: ASTNode, bound: Bound) => Run;

/** The same, but it must give true or false. */
export function asBool(run: Run, node: ASTNode): (frame: Frame) => boolean {
  return (frame) => {
    const value = run(frame);
    return typeof value === 'boolean' ? value : fail(node, `must be true or false, got ${kindOf(value)}`);
  };
}

/** Whether a failure belongs to the data, so that `default()`, `&&`, `||` and quantifiers may pass over it. */
export function maySwallow(error: unknown, frame: Frame): error is Problem {
  return error instanceof Problem && error.code === 'expression_failed' && frame.rounds > 0;
}
