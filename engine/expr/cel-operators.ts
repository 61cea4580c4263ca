import type { ASTNode, BinaryOperator } from '@marcbachmann/cel-js';
import { fail, kindOf } from './cel-failure.ts';
import { limits } from './limits.ts';

/** Computes one binary operator; `node` is only for messages. */
export type Operator = (left: unknown, right: unknown, node: ASTNode) => unknown;

/**
 * The binary operators. Integers (literals, sizes) are BigInt and stay so among themselves;
 * with a JSON number the result is a JSON number, so users see one kind of number.
 */
export const operators: Readonly<Record<BinaryOperator, Operator>> = {
  '==': (left, right) => equal(left, right),
  '!=': (left, right) => !equal(left, right),
  '<': (left, right, node) => order(left, right, node) < 0,
  '<=': (left, right, node) => order(left, right, node) <= 0,
  '>': (left, right, node) => order(left, right, node) > 0,
  '>=': (left, right, node) => order(left, right, node) >= 0,
  in: contains,
  '+': add,
  '-': (left, right, node) =>
    arithmetic(
      left,
      right,
      node,
      '-',
      (a, b) => a - b,
      (a, b) => a - b,
    ),
  '*': (left, right, node) =>
    arithmetic(
      left,
      right,
      node,
      '*',
      (a, b) => a * b,
      (a, b) => a * b,
    ),
  '/': (left, right, node) =>
    arithmetic(
      left,
      nonZero(right, node),
      node,
      '/',
      (a, b) => a / b,
      (a, b) => a / b,
    ),
  '%': (left, right, node) =>
    arithmetic(
      left,
      nonZero(right, node),
      node,
      '%',
      (a, b) => a % b,
      (a, b) => a % b,
    ),
};

/** Whether two values are the same data; values of different kinds are different, never a failure. */
export function equal(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (isNumber(left)) return isNumber(right) && !(left < right || left > right);
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => equal(item, right[index]))
    );
  }
  if (Array.isArray(right)) return false;
  const entries = Object.entries(left).filter(([, item]) => item !== undefined);
  const others = Object.values(right).filter((item) => item !== undefined);
  return (
    entries.length === others.length &&
    entries.every(
      ([key, item]) => Object.hasOwn(right, key) && equal(item, (right as Record<string, unknown>)[key]),
    )
  );
}

/** Negative, zero or positive, as `left` comes before, with or after `right`; fails unless both are of one orderable kind. */
export function order(left: unknown, right: unknown, node: ASTNode): number {
  if (
    (isNumber(left) && isNumber(right)) ||
    (typeof left === 'string' && typeof right === 'string') ||
    (typeof left === 'boolean' && typeof right === 'boolean')
  ) {
    return left < right ? -1 : left > right ? 1 : 0;
  }
  return fail(node, `cannot compare ${kindOf(left)} with ${kindOf(right)}`);
}

/** Whether a value is a number: an integer of the language or a JSON number. */
export function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** The text of a string, number or bool; undefined for anything else. */
export function scalarText(value: unknown): string | undefined {
  return typeof value === 'string'
    ? value
    : isNumber(value) || typeof value === 'boolean'
      ? String(value)
      : undefined;
}

/** The text itself; fails when it is longer than an expression may build. */
export function boundedText(text: string, node: ASTNode): string {
  return text.length > limits.textLength
    ? fail(node, `the text is longer than ${limits.textLength} characters`)
    : text;
}

/** The list itself; fails when it is longer than an expression may build. */
export function boundedList<Item>(list: Item[], node: ASTNode): Item[] {
  return list.length > limits.listLength
    ? fail(node, `the list has more than ${limits.listLength} items`)
    : list;
}

function add(left: unknown, right: unknown, node: ASTNode): unknown {
  if (typeof left === 'string' || typeof right === 'string') {
    const [a, b] = [scalarText(left), scalarText(right)];
    if (a === undefined || b === undefined) return mismatch('+', left, right, node);
    return boundedText(a + b, node);
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    if (left.length + right.length > limits.listLength)
      boundedList(new Array(left.length + right.length), node);
    return [...(left as unknown[]), ...(right as unknown[])];
  }
  return arithmetic(
    left,
    right,
    node,
    '+',
    (a, b) => a + b,
    (a, b) => a + b,
  );
}

function arithmetic(
  left: unknown,
  right: unknown,
  node: ASTNode,
  symbol: string,
  integers: (left: bigint, right: bigint) => bigint,
  numbers: (left: number, right: number) => number,
): unknown {
  if (typeof left === 'bigint' && typeof right === 'bigint') {
    const result = integers(left, right);
    return BigInt.asIntN(64, result) === result ? result : fail(node, 'the number is too large');
  }
  if (isNumber(left) && isNumber(right)) return numbers(Number(left), Number(right));
  return mismatch(symbol, left, right, node);
}

function nonZero(divisor: unknown, node: ASTNode): unknown {
  return divisor === 0 || divisor === 0n ? fail(node, 'division by zero') : divisor;
}

function contains(item: unknown, collection: unknown, node: ASTNode): boolean {
  if (Array.isArray(collection)) return collection.some((other) => equal(item, other));
  if (typeof collection === 'object' && collection !== null) {
    const key = scalarText(item);
    return key !== undefined && Object.hasOwn(collection, key);
  }
  return fail(node, `"in" needs a list or an object on its right, got ${kindOf(collection)}`);
}

function mismatch(symbol: string, left: unknown, right: unknown, node: ASTNode): never {
  return fail(node, `cannot use ${symbol} between ${kindOf(left)} and ${kindOf(right)}`);
}
