import type { ASTNode } from '@marcbachmann/cel-js';
import type { Json } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { checkTree } from './cel-check.ts';
import { checkCel } from './check-cel.ts';
import { compileNode } from './cel-compile.ts';
import type { Run } from './cel-frame.ts';
import { constantTruth } from './constant-condition.ts';
import { fail, kindOf } from './cel-failure.ts';
import { parseTree } from './cel-parse.ts';
import { readsOfTree } from './cel-reads.ts';
import { limits } from './limits.ts';
import { assume, conditionText } from './narrow.ts';
import { plainJson } from './plain-json.ts';
import { remembered } from './remembered.ts';
import type { TypeFault } from './type-fault.ts';
import type { TypeScope } from './type-scope.ts';
import { dyn, type Type } from './type.ts';
import type { Expression, ExpressionFault, Read, Scope } from './types.ts';

/**
 * Parses a bare CEL expression: everything that can be wrong without a scope is found here.
 * There is an expression exactly when there are no faults. Never throws.
 */
export function parseExpression(source: string): ParsedExpression {
  return parse(source);
}

/** The workflows of a project, and each look at it anew, share most of their texts. */
const parse = remembered((source): ParsedExpression => {
  const { tree, fault } = parseTree(source);
  if (tree === undefined) return { faults: [fault] };
  const faults = checkTree(tree);
  return faults.length > 0 ? { faults } : { expression: expressionOf(source, tree), faults };
});

/** An expression, or why there is none. */
interface ParsedExpression {
  readonly expression?: Expression;
  readonly faults: readonly ExpressionFault[];
}

/** The member paths an expression reads, with their places in its source; loop variables are left out. */
export function readsOf(expression: Expression): readonly Read[] {
  return known.get(expression) ?? [];
}

/** The type of an expression in a scope, and the faults that only types show. */
export function typeOfExpression(
  expression: Expression,
  scope: TypeScope,
): { readonly type: Type; readonly faults: readonly TypeFault[] } {
  const tree = trees.get(expression);
  return tree === undefined ? { type: dyn, faults: [] } : checkCel(tree, scope);
}

/** What the names of a scope are where a condition is known to hold, or not to hold. */
export function assuming(expression: Expression, truth: boolean, scope: TypeScope): TypeScope {
  const tree = trees.get(expression);
  return tree === undefined ? scope : assume(tree, truth, scope);
}

/** What a condition always gives, whatever the data are; undefined when it may be both, or nothing proves it. */
export function alwaysGives(expression: Expression, scope: TypeScope): boolean | undefined {
  const tree = trees.get(expression);
  if (tree === undefined) return undefined;
  let truths = truthsOf.get(expression);
  if (truths === undefined) truthsOf.set(expression, (truths = new WeakMap()));
  let found = truths.get(scope);
  if (found === undefined) truths.set(scope, (found = { truth: constantTruth(tree, scope) }));
  return found.truth;
}

/** The scope in which a step is known to run exactly where a condition holds. */
export function withCondition(scope: TypeScope, step: string, condition: Expression): TypeScope {
  const text = conditionText(condition.source);
  const steps = [...(scope.conditions.get(text) ?? []), step];
  return { ...scope, conditions: new Map([...scope.conditions, [text, steps]]) };
}

/** Evaluates a condition; throws Problem `expression_failed` when the result is neither true nor false. */
export function evaluateCondition(expression: Expression, scope: Scope): boolean {
  const value = expression.evaluate(scope);
  if (typeof value === 'boolean') return value;
  const source = expression.source.trim().replace(/\s+/g, ' ').slice(0, 80);
  throw new Problem('expression_failed', `"${source}": must be true or false, got ${kindOf(value)}`);
}

/** The tree of an expression that `parseExpression` gave. */
export function treeOf(expression: Expression): ASTNode | undefined {
  return trees.get(expression);
}

const known = new WeakMap<Expression, readonly Read[]>();
const trees = new WeakMap<Expression, ASTNode>();
/** Several rules ask for the same, and so does each look at a project that has not changed. */
const truthsOf = new WeakMap<Expression, WeakMap<TypeScope, { readonly truth: boolean | undefined }>>();

function expressionOf(source: string, tree: ASTNode): Expression {
  let run: Run | undefined;
  const reads = readsOfTree(tree);
  const refuse = (reason: string): never => fail(tree, reason);
  const expression: Expression = {
    source,
    reads: [...new Set(reads.map(({ path }) => path[0] ?? ''))],
    evaluate(scope): Json {
      try {
        const frame = { scope, locals: [], rounds: limits.iterations, work: limits.work };
        run ??= compileNode(tree, []);
        return plainJson(run(frame), refuse);
      } catch (error) {
        if (error instanceof Problem) throw error;
        // Only a stack or a text that grew too large gets here; the cause stays in the process.
        throw new Problem(
          'expression_failed',
          `"${source.slice(0, 80)}": the data is nested too deeply or too large`,
          {
            cause: error,
          },
        );
      }
    },
  };
  known.set(expression, reads);
  trees.set(expression, tree);
  return expression;
}
