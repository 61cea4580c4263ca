import type { ASTNode } from '@marcbachmann/cel-js';
import { fail } from './cel-failure.ts';
import type { Frame } from './cel-frame.ts';
import { limits } from './limits.ts';

/** Counts what looking through these values costs, all they hold included; fails when an evaluation has cost too much. */
export function spendOnAll(frame: Frame, values: readonly unknown[], node: ASTNode): void {
  const open = values.filter((value) => typeof value === 'object' || typeof value === 'string');
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    spend(frame, costOf(value), node);
    if (typeof value !== 'object' || value === null) continue;
    for (const inner of Object.values(value) as unknown[])
      if (typeof inner === 'object' || typeof inner === 'string') open.push(inner);
  }
}

/** The same for values of which only the outermost part is looked through. */
export function spendOn(frame: Frame, values: readonly unknown[], node: ASTNode): void {
  let cost = 0;
  for (const value of values) cost += costOf(value);
  spend(frame, cost, node);
}

function spend(frame: Frame, cost: number, node: ASTNode): void {
  frame.work -= cost;
  if (frame.work > 0) return;
  // Nothing may swallow this failure and go on.
  frame.rounds = 0;
  fail(node, 'works through too much data');
}

/** Text counts by the piece, a list by the item. */
function costOf(value: unknown): number {
  if (typeof value === 'string') return 1 + Math.floor(value.length / limits.workText);
  return Array.isArray(value) ? 1 + value.length : 1;
}
