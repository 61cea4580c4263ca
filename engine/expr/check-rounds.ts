import type { MethodCall } from './cel-loop-names.ts';
import { mostOf } from './cel-signatures.ts';
import { limits } from './limits.ts';
import type { Report } from './type-fault.ts';
import type { Type } from './type.ts';

/** The loops around a place of an expression. */
export interface Rounds {
  readonly depth: number;
  /** How often the place is reached at most; undefined when the length of a list is not known. */
  readonly most: number | undefined;
}

/** Outside of every loop. */
export const noRounds: Rounds = { depth: 0, most: 1 };

/** The same inside a loop over a list. */
export function insideLoop({ depth, most }: Rounds, over: Type): Rounds {
  const items = mostOf(over);
  return { depth: depth + 1, most: most === undefined || items === undefined ? undefined : most * items };
}

/** Reports the loop with which an expression becomes too expensive to be sure that it ends in time. */
export function checkRounds(around: Rounds, inside: Rounds, node: MethodCall, report: Report): void {
  const place = { start: node.args[1].end + 1, end: node.args[1].end + 1 + node.args[0].length };
  if (inside.most !== undefined) {
    if (inside.most <= limits.plannedRounds || (around.most ?? 0) > limits.plannedRounds) return;
    const message = `the loops may go round ${inside.most} times together, and at most ${limits.plannedRounds} are sure to fit; lower "maxItems" of the lists, or split the expression over several "set" steps`;
    report('expr/too-deep', message, place);
  } else if (inside.depth === limits.loopDepth + 1) {
    const message = `more than ${limits.loopDepth} loops inside each other need lists of known length; give the lists "maxItems" in their schemas, or split the expression over several "set" steps`;
    report('expr/too-deep', message, place);
  }
}
