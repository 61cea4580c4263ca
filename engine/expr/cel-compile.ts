import type { ASTNode } from '@marcbachmann/cel-js';
import { absent, fail, kindOf } from './cel-failure.ts';
import { functions } from './cel-functions.ts';
import { asBool, maySwallow, type Bound, type Frame, type Run } from './cel-frame.ts';
import { loops } from './cel-loop-names.ts';
import { compileLoop } from './cel-loops.ts';
import { operators, scalarText } from './cel-operators.ts';
import { spendOn, spendOnAll } from './cel-work.ts';

/** Turns a checked tree into closures: names, functions and loop variables are resolved once, here. */
export function compileNode(node: ASTNode, bound: Bound): Run {
  switch (node.op) {
    case 'value': {
      const value = literalOf(node.args);
      return () => value;
    }
    case 'id':
      return compileName(node, node.args, bound);
    case '.':
    case '.?':
      return compileAccess(node, compileNode(node.args[0], bound), node.args[1]);
    case '[]':
    case '[?]':
      return compileIndex(node, compileNode(node.args[0], bound), compileNode(node.args[1], bound));
    case 'call':
      return compileCall(node, node.args[0], node.args[1], bound);
    case 'rcall':
      return loops.has(node.args[0])
        ? compileLoop(node, bound, compileNode)
        : compileCall(node, node.args[0], [node.args[1], ...node.args[2]], bound);
    case 'list': {
      const items = node.args.map((item) => compileNode(item, bound));
      return (frame) => items.map((item) => present(item(frame), node));
    }
    case 'map':
      return compileMap(node, node.args, bound);
    case '?:': {
      const [condition, then, otherwise] = node.args;
      const test = compileBool(condition, bound);
      const [yes, no] = [compileNode(then, bound), compileNode(otherwise, bound)];
      return (frame) => (test(frame) ? yes(frame) : no(frame));
    }
    case '&&':
    case '||':
      return compileLogic(node.args[0], node.args[1], node.op === '||', bound);
    case '!_': {
      const operand = compileBool(node.args, bound);
      return (frame) => !operand(frame);
    }
    case '-_': {
      const operand = compileNode(node.args, bound);
      return (frame) => {
        const value = operand(frame);
        if (typeof value === 'bigint' || typeof value === 'number') return -value;
        return fail(node, `cannot negate ${kindOf(value)}`);
      };
    }
    default: {
      const [left, right] = [compileNode(node.args[0], bound), compileNode(node.args[1], bound)];
      const operator = operators[node.op];
      const isDeep = node.op === '==' || node.op === '!=' || node.op === 'in';
      return (frame) => {
        const [a, b] = [left(frame), right(frame)];
        // What is the same data is seen at once.
        if (isDeep && a !== b && typeof b === 'object') spendOnAll(frame, [a, b], node);
        else if (node.op === '+') spendOn(frame, [a, b], node);
        return operator(a, b, node);
      };
    }
  }
}

function compileBool(node: ASTNode, bound: Bound): (frame: Frame) => boolean {
  return asBool(compileNode(node, bound), node);
}

function literalOf(value: unknown): unknown {
  // Unsigned literals (`1u`) come as objects; users have one kind of number.
  return typeof value === 'object' && value !== null ? BigInt(String(value)) : value;
}

function compileName(node: ASTNode, name: string, bound: Bound): Run {
  const index = bound.lastIndexOf(name);
  if (index >= 0) return (frame) => frame.locals[index];
  return ({ scope }) => {
    const value = Object.hasOwn(scope, name) ? scope[name] : undefined;
    return value === undefined ? fail(node, `no such name "${name}"`) : value;
  };
}

function compileAccess(node: ASTNode, target: Run, key: string): Run {
  const optional = node.op === '.?';
  return (frame) => {
    const object = target(frame);
    if (isRecord(object)) {
      const value = Object.hasOwn(object, key) ? object[key] : undefined;
      if (value !== undefined) return value;
      return optional ? absent : fail(node, `no such key "${key}"`);
    }
    return optional || object === absent ? absent : fail(node, `cannot read "${key}" of ${kindOf(object)}`);
  };
}

function compileIndex(node: ASTNode, target: Run, index: Run): Run {
  const optional = node.op === '[?]';
  return (frame) => {
    const collection = target(frame);
    const key = index(frame);
    const value = itemOf(collection, key);
    if (value !== undefined) return value;
    if (optional || collection === absent) return absent;
    if (Array.isArray(collection)) {
      return typeof key === 'bigint' || typeof key === 'number'
        ? fail(node, `the list has ${collection.length} items, none at ${key}`)
        : fail(node, `a list is indexed by a number, got ${kindOf(key)}`);
    }
    return fail(node, isRecord(collection) ? 'no such key' : `cannot index ${kindOf(collection)}`);
  };
}

function itemOf(collection: unknown, key: unknown): unknown {
  if (Array.isArray(collection)) {
    const position = typeof key === 'bigint' || typeof key === 'number' ? Number(key) : Number.NaN;
    return Number.isInteger(position) && position >= 0 ? (collection[position] as unknown) : undefined;
  }
  const name = scalarText(key);
  return isRecord(collection) && name !== undefined && Object.hasOwn(collection, name)
    ? collection[name]
    : undefined;
}

function compileCall(node: ASTNode, name: string, args: readonly ASTNode[], bound: Bound): Run {
  const [first, second] = args;
  if (name === 'has' && first !== undefined) return compileHas(first, bound);
  if (name === 'default' && first !== undefined && second !== undefined)
    return compileDefault(first, second, bound);
  const called = functions.get(name);
  if (called === undefined) return () => fail(node, `no such function "${name}"`);
  const runs = args.map((arg) => compileNode(arg, bound));
  const isDeep = name === 'toJson' || name === 'distinct';
  return (frame) => {
    const values = runs.map((run) => run(frame));
    if (isDeep) spendOnAll(frame, values, node);
    else spendOn(frame, values, node);
    return called.call(values, node);
  };
}

/** Unlike CEL, a missing part in the middle of the path gives false as well. */
function compileHas(node: ASTNode, bound: Bound): Run {
  if (node.op !== '.' && node.op !== '.?') return () => fail(node, 'has() needs a field');
  const target = compileNode(node.args[0], bound);
  const key = node.args[1];
  return (frame) => {
    try {
      const object = target(frame);
      return isRecord(object) && Object.hasOwn(object, key) && object[key] !== undefined;
    } catch (error) {
      if (!maySwallow(error, frame)) throw error;
      return false;
    }
  };
}

function compileDefault(node: ASTNode, fallback: ASTNode, bound: Bound): Run {
  const [run, otherwise] = [compileNode(node, bound), compileNode(fallback, bound)];
  return (frame) => {
    try {
      const value = run(frame);
      if (value !== null && value !== absent) return value;
    } catch (error) {
      if (!maySwallow(error, frame)) throw error;
    }
    return otherwise(frame);
  };
}

function compileMap(node: ASTNode, entries: readonly (readonly [ASTNode, ASTNode])[], bound: Bound): Run {
  const runs = entries.map(([key, value]) => [compileNode(key, bound), compileNode(value, bound)] as const);
  return (frame) =>
    Object.fromEntries(
      runs.map(([key, value]) => {
        const name = key(frame);
        return [
          scalarText(name) ?? fail(node, `a key must be a string, got ${kindOf(name)}`),
          present(value(frame), node),
        ];
      }),
    );
}

/** CEL logic: a side that decides the result wins over a failure of the other side. */
function compileLogic(left: ASTNode, right: ASTNode, decisive: boolean, bound: Bound): Run {
  const [first, second] = [compileBool(left, bound), compileBool(right, bound)];
  return (frame) => {
    let value: boolean;
    try {
      value = first(frame);
    } catch (error) {
      if (maySwallow(error, frame) && second(frame) === decisive) return decisive;
      throw error;
    }
    return value === decisive ? decisive : second(frame);
  };
}

function present(value: unknown, node: ASTNode): unknown {
  return value === absent ? fail(node, 'an optional has no value; use .orValue(…)') : value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
