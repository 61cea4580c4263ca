import type { ASTNode } from '@marcbachmann/cel-js';
import { absent, fail, kindOf } from './cel-failure.ts';
import { boundedList, boundedText, equal, isNumber, order, scalarText } from './cel-operators.ts';
import { limits } from './limits.ts';
import { linearPattern } from './linear-pattern.ts';
import { plainJson } from './plain-json.ts';

/** One function of the language: pure, and callable both as `name(value, …)` and as `value.name(…)`. */
export interface CelFunction {
  /** For example `join(list, separator?)`. */
  readonly signature: string;
  /** Fewest and most arguments, the receiver counted. */
  readonly arity: readonly [number, number];
  call(args: readonly unknown[], node: ASTNode): unknown;
}

/** The closed list of functions. `has`, `default` and the loops (`all exists exists_one filter map`) are part of the syntax. */
export const functions: ReadonlyMap<string, CelFunction> = new Map(
  Object.entries({
    size: fn('size(value)', 1, 1, ([value], node) => BigInt(sizeOf(value, node))),
    sum: fn('sum(list)', 1, 1, ([list], node) => sum(numbersOf(list, node))),
    avg: fn('avg(list)', 1, 1, ([list], node) => {
      const numbers = numbersOf(list, node);
      return numbers.length === 0 ? fail(node, 'the list is empty') : Number(sum(numbers)) / numbers.length;
    }),
    min: fn('min(list)', 1, 32, (args, node) => extreme(args, node, (difference) => difference < 0)),
    max: fn('max(list)', 1, 32, (args, node) => extreme(args, node, (difference) => difference > 0)),
    join: fn('join(list, separator?)', 1, 2, ([list, separator = ''], node) => {
      const texts = listOf(list, node).map(
        (item) => scalarText(item) ?? fail(node, `cannot join a list that holds ${kindOf(item)}`),
      );
      return boundedJoin(texts, textOf(separator, node), node);
    }),
    split: fn('split(text, separator)', 2, 2, ([text, separator], node) =>
      boundedList(textOf(text, node).split(textOf(separator, node), limits.listLength + 1), node),
    ),
    lower: fn('lower(text)', 1, 1, ([text], node) => boundedText(textOf(text, node).toLowerCase(), node)),
    upper: fn('upper(text)', 1, 1, ([text], node) => boundedText(textOf(text, node).toUpperCase(), node)),
    trim: fn('trim(text)', 1, 1, ([text], node) => textOf(text, node).trim()),
    contains: fn('contains(text, part)', 2, 2, ([text, part], node) =>
      textOf(text, node).includes(textOf(part, node)),
    ),
    startsWith: fn('startsWith(text, part)', 2, 2, ([text, part], node) =>
      textOf(text, node).startsWith(textOf(part, node)),
    ),
    endsWith: fn('endsWith(text, part)', 2, 2, ([text, part], node) =>
      textOf(text, node).endsWith(textOf(part, node)),
    ),
    matches: fn('matches(text, pattern)', 2, 2, ([text, pattern], node) =>
      matches(textOf(text, node), textOf(pattern, node), node),
    ),
    replace: fn('replace(text, part, by)', 3, 3, ([text, part, by], node) =>
      boundedJoin(textOf(text, node).split(textOf(part, node)), textOf(by, node), node),
    ),
    substring: fn('substring(text, start, end?)', 2, 3, ([text, start, end], node) =>
      textOf(text, node).slice(indexOf(start, node), end === undefined ? undefined : indexOf(end, node)),
    ),
    indexOf: fn('indexOf(text, part)', 2, 2, ([text, part], node) =>
      BigInt(textOf(text, node).indexOf(textOf(part, node))),
    ),
    keys: fn('keys(object)', 1, 1, ([value], node) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.keys(value)
        : fail(node, `must be an object, got ${kindOf(value)}`),
    ),
    distinct: fn('distinct(list)', 1, 1, ([list], node) => distinct(listOf(list, node), node)),
    sortBy: fn('sortBy(list, key?)', 1, 2, ([list, key], node) => {
      const name = key === undefined ? undefined : textOf(key, node);
      return listOf(list, node)
        .map((item) => ({ item, by: name === undefined ? item : fieldOf(item, name, node) }))
        .sort((a, b) => order(a.by, b.by, node))
        .map(({ item }) => item);
    }),
    parseJson: fn('parseJson(text)', 1, 1, ([text], node) => parseJson(textOf(text, node), node)),
    toJson: fn('toJson(value)', 1, 1, ([value], node) =>
      boundedText(JSON.stringify(plainJson(value, (reason) => fail(node, reason))), node),
    ),
    range: fn('range(count)', 1, 1, ([count], node) => {
      const length = indexOf(count, node);
      if (length > limits.range) fail(node, `must be at most ${limits.range}`);
      return Array.from({ length }, (_, index) => BigInt(index));
    }),
    string: fn(
      'string(value)',
      1,
      1,
      ([value], node) => scalarText(value) ?? unconverted(value, 'string', node),
    ),
    int: fn('int(value)', 1, 1, ([value], node) => toInteger(value, node)),
    double: fn('double(value)', 1, 1, ([value], node) => toNumber(value, node)),
    bool: fn('bool(value)', 1, 1, ([value], node) => {
      if (typeof value === 'boolean') return value;
      return value === 'true' ? true : value === 'false' ? false : unconverted(value, 'bool', node);
    }),
    hasValue: fn('hasValue(optional)', 1, 1, ([value]) => value !== absent),
    orValue: fn('orValue(optional, fallback)', 2, 2, ([value, fallback]) =>
      value === absent ? fallback : value,
    ),
  }),
);

function fn(signature: string, fewest: number, most: number, call: CelFunction['call']): CelFunction {
  return { signature, arity: [fewest, most], call };
}

/** Whether a code unit is the first (0xd800) or second (0xdc00) half of a character that takes two. */
function isHalf(code: number, first: number): boolean {
  return code >= first && code < first + 0x400;
}

function sizeOf(value: unknown, node: ASTNode): number {
  if (typeof value === 'string') {
    let size = value.length;
    for (let index = 1; index < value.length; index += 1)
      if (isHalf(value.charCodeAt(index - 1), 0xd800) && isHalf(value.charCodeAt(index), 0xdc00)) size -= 1;
    return size;
  }
  if (Array.isArray(value)) return value.length;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length;
  return fail(node, `must be a string, list or object, got ${kindOf(value)}`);
}

function sum(numbers: readonly (number | bigint)[]): number | bigint {
  if (numbers.every((number) => typeof number === 'bigint'))
    return numbers.reduce((total, number) => total + number, 0n);
  return numbers.reduce((total: number, number) => total + Number(number), 0);
}

function extreme(args: readonly unknown[], node: ASTNode, better: (difference: number) => boolean): unknown {
  const [first, ...rest] = args.length === 1 ? listOf(args[0], node) : args;
  if (first === undefined) return fail(node, 'the list is empty');
  let best: unknown = first;
  for (const item of rest) if (better(order(item, best, node))) best = item;
  order(best, first, node);
  return best;
}

function matches(text: string, source: string, node: ASTNode): boolean {
  const pattern = linearPattern(source);
  if ('fault' in pattern) return fail(node, 'the pattern is not valid');
  if (text.length > limits.searchedLength)
    return fail(node, `the text is longer than ${limits.searchedLength} characters`);
  return pattern.test(text);
}

function distinct(list: readonly unknown[], node: ASTNode): unknown[] {
  const seen = new Set<string>();
  const complex: unknown[] = [];
  return list.filter((item) => {
    if (typeof item === 'object' && item !== null) {
      if (complex.some((other) => equal(item, other))) return false;
      complex.push(item);
      if (complex.length > 2_000) fail(node, 'the list has more than 2000 different objects');
      return true;
    }
    const key = `${kindOf(item)}:${String(item)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function parseJson(text: string, node: ASTNode): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return fail(node, 'the text is not valid JSON');
  }
}

function toInteger(value: unknown, node: ASTNode): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return BigInt(Math.trunc(value));
  if (typeof value === 'string' && /^[+-]?\d{1,19}$/.test(value)) return BigInt(value.replace(/^\+/, ''));
  return unconverted(value, 'int', node);
}

function toNumber(value: unknown, node: ASTNode): number {
  if (isNumber(value)) return Number(value);
  if (typeof value === 'string' && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) return Number(value);
  return unconverted(value, 'double', node);
}

function listOf(value: unknown, node: ASTNode): readonly unknown[] {
  return Array.isArray(value) ? value : fail(node, `must be a list, got ${kindOf(value)}`);
}

function numbersOf(value: unknown, node: ASTNode): readonly (number | bigint)[] {
  return listOf(value, node).map((item) =>
    isNumber(item) ? item : fail(node, `must be a list of numbers, got one that holds ${kindOf(item)}`),
  );
}

function textOf(value: unknown, node: ASTNode): string {
  return typeof value === 'string' ? value : fail(node, `must be a string, got ${kindOf(value)}`);
}

function indexOf(value: unknown, node: ASTNode): number {
  const index = isNumber(value) ? Number(value) : Number.NaN;
  return Number.isSafeInteger(index) && index >= 0
    ? index
    : fail(node, 'must be a whole number that is not negative');
}

function fieldOf(value: unknown, key: string, node: ASTNode): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : fail(node, 'an item has no such key');
}

function boundedJoin(texts: readonly string[], separator: string, node: ASTNode): string {
  const length = texts.reduce(
    (total, text) => total + text.length,
    separator.length * Math.max(0, texts.length - 1),
  );
  return length > limits.textLength
    ? fail(node, `the text is longer than ${limits.textLength} characters`)
    : texts.join(separator);
}

function unconverted(value: unknown, wanted: string, node: ASTNode): never {
  return fail(node, `this ${kindOf(value)} cannot become ${wanted}`);
}
