import type { ASTNode } from '@marcbachmann/cel-js';
import { fail, kindOf } from './cel-failure.ts';
import { asBool, maySwallow, type Bound, type Compile, type Frame, type Run } from './cel-frame.ts';
import { loopVariable, type MethodCall } from './cel-loop-names.ts';
import { limits } from './limits.ts';

/** Compiles `all exists exists_one filter map`; every round counts against the limit of the evaluation. */
export function compileLoop(node: MethodCall, bound: Bound, compile: Compile): Run {
  const [name, receiver, args] = node.args;
  const collection = compile(receiver, bound);
  const slot = bound.length;
  const inner = [...bound, loopVariable(node) ?? ''];
  const each = (frame: Frame, visit: (item: unknown) => boolean): void => {
    for (const item of itemsOf(collection(frame), node)) {
      frame.rounds -= 1;
      if (frame.rounds <= 0) fail(node, `more than ${limits.iterations} rounds`);
      frame.locals[slot] = item;
      if (!visit(item)) return;
    }
  };
  const [, body, last] = args as [ASTNode, ASTNode, ASTNode?];
  switch (name) {
    case 'map': {
      const test = last === undefined ? undefined : asBool(compile(body, inner), body);
      const transform = compile(last ?? body, inner);
      return (frame) => {
        const results: unknown[] = [];
        each(frame, () => {
          if (test === undefined || test(frame)) results.push(transform(frame));
          return true;
        });
        return results;
      };
    }
    case 'filter': {
      const test = asBool(compile(body, inner), body);
      return (frame) => {
        const results: unknown[] = [];
        each(frame, (item) => {
          if (test(frame)) results.push(item);
          return true;
        });
        return results;
      };
    }
    case 'exists_one': {
      const test = asBool(compile(body, inner), body);
      return (frame) => {
        let count = 0;
        each(frame, () => {
          if (test(frame)) count += 1;
          return true;
        });
        return count === 1;
      };
    }
    default:
      return compileQuantifier(asBool(compile(body, inner), body), each, name === 'exists');
  }
}

/** As with `&&` and `||`, an item that decides the result wins over a failure at another one. */
function compileQuantifier(
  test: (frame: Frame) => boolean,
  each: (frame: Frame, visit: (item: unknown) => boolean) => void,
  decisive: boolean,
): Run {
  return (frame) => {
    let decided = false;
    let failure: Error | undefined;
    each(frame, () => {
      try {
        decided = test(frame) === decisive;
      } catch (error) {
        if (!maySwallow(error, frame)) throw error;
        failure ??= error;
      }
      return !decided;
    });
    if (!decided && failure !== undefined) throw failure;
    return decided ? decisive : !decisive;
  };
}

function itemsOf(value: unknown, node: MethodCall): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'object' && value !== null) return Object.keys(value);
  return fail(node.args[1], `must be a list or an object, got ${kindOf(value)}`);
}
