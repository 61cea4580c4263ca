import type { ASTNode } from '@marcbachmann/cel-js';
import { suggest } from '../core/suggest.ts';
import { childrenOf } from './cel-children.ts';
import { functions } from './cel-functions.ts';
import { loops, loopVariable } from './cel-loop-names.ts';
import { limits } from './limits.ts';
import { linearPattern } from './linear-pattern.ts';
import type { ExpressionFault } from './types.ts';

/** Faults of a parsed tree that need no scope: unknown functions, wrong number of arguments, names and literals that are not allowed. */
export function checkTree(tree: ASTNode): ExpressionFault[] {
  const faults: ExpressionFault[] = [];
  const open: [ASTNode, number][] = [[tree, 1]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, depth] = next;
    if (depth > limits.depth) return [fault(tree, 'expr/not-allowed', 'nested too deeply')];
    const found = checkNode(node);
    if (found !== undefined) faults.push(found);
    for (const child of childrenOf(node)) open.push([child, depth + 1]);
  }
  return faults.sort((a, b) => a.start - b.start);
}

const globals = new Map([
  ['has', [1, 1] as const],
  ['default', [2, 2] as const],
]);
const signatures = new Map([
  ['has', 'has(object.field)'],
  ['default', 'default(value, fallback)'],
]);

function checkNode(node: ASTNode): ExpressionFault | undefined {
  switch (node.op) {
    case 'value':
      return node.args instanceof Uint8Array
        ? fault(node, 'expr/not-allowed', 'bytes are not supported')
        : undefined;
    case 'id':
      return reservedName(node, node.args);
    case '.':
    case '.?':
      return reservedName(node, node.args[1]);
    case 'call':
      return checkCall(node, node.args[0], node.args[1]);
    case 'rcall':
      return checkCall(node, node.args[0], [node.args[1], ...node.args[2]]);
    default:
      return undefined;
  }
}

function checkCall(node: ASTNode, name: string, args: readonly ASTNode[]): ExpressionFault | undefined {
  const place = nameRange(node, name);
  if (loops.has(name)) {
    if (node.op !== 'rcall') return fault(place, 'expr/syntax', `write list.${name}(variable, …)`);
    if (!loops.get(name)?.includes(node.args[2].length)) {
      return fault(
        place,
        'expr/syntax',
        `"${name}" takes ${loops.get(name)?.join(' or ') ?? ''} arguments, got ${node.args[2].length}`,
      );
    }
    return loopVariable(node) === undefined
      ? fault(place, 'expr/syntax', 'a loop needs a plain name as its first argument')
      : undefined;
  }
  const arity = functions.get(name)?.arity ?? globals.get(name);
  if (arity === undefined) return unknownFunction(place, name);
  if (args.length < arity[0] || args.length > arity[1]) {
    const signature = functions.get(name)?.signature ?? signatures.get(name) ?? name;
    return fault(place, 'expr/syntax', `wrong number of arguments; write ${signature}`);
  }
  if (name === 'has' && !(args[0]?.op === '.' || args[0]?.op === '.?')) {
    return fault(place, 'expr/syntax', 'has() needs a field, as in has(input.name)');
  }
  const pattern = args[1];
  if (name === 'matches' && pattern?.op === 'value' && typeof pattern.args === 'string') {
    const compiled = linearPattern(pattern.args);
    if ('fault' in compiled) return fault(pattern, 'expr/syntax', `bad pattern: ${compiled.fault}`);
  }
  return undefined;
}

/** Functions of other languages, and how the same is written here. */
const foreignFunctions: Readonly<Record<string, string>> = {
  always: '"catch" at the step that may fail',
  any: 'list.exists(x, …)',
  capitalize: 'upper(text)',
  coalesce: 'default(value, otherwise)',
  concat: '"a" + "b"',
  contains_key: '"key" in map',
  count: 'size(list)',
  cancelled: 'the "if" of a later step over steps.<id>.status',
  every: 'list.all(x, …)',
  failure: '"catch" at the step that may fail',
  find: 'list.filter(x, …)[0]',
  first: 'list[0]',
  format: '"a " + value',
  fromJSON: 'parseJson(text)',
  fromJson: 'parseJson(text)',
  fromjson: 'parseJson(text)',
  get: 'map.?key.orValue(otherwise)',
  hasOwnProperty: 'has(map.key)',
  includes: 'contains(text, part), or part in list',
  isEmpty: 'size(value) == 0',
  last: 'list[size(list) - 1]',
  len: 'size(value)',
  length: 'size(value)',
  match: 'matches(text, pattern)',
  now: 'run.startedAt',
  parse: 'parseJson(text)',
  round: 'int(number)',
  slice: 'substring(text, from, to)',
  some: 'list.exists(x, …)',
  sort: 'sortBy(list)',
  str: 'string(value)',
  stringify: 'toJson(value)',
  success: 'nothing: a step runs when the one before it succeeded',
  toJSON: 'toJson(value)',
  toLowerCase: 'lower(text)',
  toString: 'string(value)',
  toUpperCase: 'upper(text)',
  to_json: 'toJson(value)',
  tojson: 'toJson(value)',
  unique: 'distinct(list)',
};

function unknownFunction(place: { start: number; end: number }, name: string): ExpressionFault {
  const known = [...functions.keys(), ...globals.keys(), ...loops.keys()];
  const instead = Object.hasOwn(foreignFunctions, name) ? foreignFunctions[name] : undefined;
  if (instead !== undefined)
    return fault(place, 'expr/unknown-function', `unknown function "${name}"; write ${instead}`);
  const suggestions = suggest(name, known, 3);
  const near = suggestions[0] === undefined ? '' : `; did you mean "${suggestions[0]}"?`;
  return {
    ...fault(place, 'expr/unknown-function', `unknown function "${name}"${near}`),
    ...(suggestions.length === 0 ? {} : { suggestions }),
  };
}

/** Names of every object's prototype never resolve; saying so early beats a puzzling "no such key". */
function reservedName(node: ASTNode, name: string): ExpressionFault | undefined {
  return name === '__proto__' || name === 'constructor' || name === 'prototype'
    ? fault(node, 'expr/not-allowed', `the name "${name}" is not allowed`)
    : undefined;
}

function nameRange(node: ASTNode, name: string): { start: number; end: number } {
  if (node.op !== 'rcall') return { start: node.start, end: node.start + name.length };
  const text = node.input.slice(node.args[1].end, node.end);
  const offset = /^[\s)]*\.\s*/.exec(text)?.[0].length ?? 0;
  return { start: node.args[1].end + offset, end: node.args[1].end + offset + name.length };
}

function fault(
  place: { readonly start: number; readonly end: number },
  rule: ExpressionFault['rule'],
  message: string,
): ExpressionFault {
  return { rule, message, start: place.start, end: place.end };
}
