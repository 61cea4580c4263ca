import type { ASTNode } from '@marcbachmann/cel-js';
import { literalValue } from './narrow.ts';
import { shortened, textOf, type Report } from './type-fault.ts';
import { bool, dyn, literalOf, nullType, number, type Type } from './type.ts';

/** The type of a value that is written down; `dyn` for one that has none of ours. */
export function literalType(node: ASTNode, report: Report): Type {
  const value = literalValue(node);
  switch (typeof value) {
    case 'string':
      return literalOf(value);
    case 'number':
      checkDigits(node, value, report);
      return number;
    case 'boolean':
      return bool;
    default:
      return value === null ? nullType : dyn;
  }
}

/** Numbers are kept as doubles, which have no room for every whole number of more than 15 digits. */
function checkDigits(node: ASTNode, value: number, report: Report): void {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return;
  const written = textOf(node);
  if (/[.e]/i.test(written)) return;
  report(
    'expr/precision',
    `a number keeps no more than 15 digits, so "${shortened(written)}" is not told apart from its neighbours; compare it as text`,
    node,
  );
}
