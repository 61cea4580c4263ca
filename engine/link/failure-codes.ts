import { problemCodes } from '../core/problem-codes.ts';
import { suggest } from '../core/suggest.ts';
import { type Node, type Source, rootOf } from '../source/index.ts';
import type { Reporter } from './context.ts';

/**
 * Warns of a code under `retry.on` or `catch.on` that nothing gives but that is nearly one the engine, or a `fail` of the
 * project, gives. Tools choose codes freely, so that a code of which nothing is known is no fault.
 */
export function reportCodes(reporter: Reporter, sources: readonly Source[]): void {
  const roots = sources.filter(({ kind }) => kind === 'workflow' || kind === 'tool').map(rootOf);
  const specs = roots.map(codesOf);
  const codes = [...new Set([...Object.keys(problemCodes), ...specs.flatMap(({ given }) => given)])];
  const meant = new Map<string, readonly string[]>(codes.map((code) => [code, []]));
  for (const code of specs.flatMap(({ caught }) => caught)) {
    const word = code.text();
    if (word === undefined) continue;
    const suggestions = meant.get(word) ?? codesMeant(word, codes);
    meant.set(word, suggestions);
    if (suggestions.length === 0) continue;
    reporter.report(
      code,
      'ref/unlikely-code',
      `nothing fails with "${word}"; did you mean "${suggestions[0]}"?`,
      {
        level: 'warning',
        suggestions,
      },
    );
  }
}

/** The codes that a spec gives, and the places where it names one to catch. */
interface Codes {
  readonly given: readonly string[];
  readonly caught: readonly Node[];
}

/** The codes of a spec; it is walked once. */
function codesOf(root: Node): Codes {
  let codes = known.get(root);
  if (codes === undefined) {
    const { retry, catch: catches, fail } = found(root);
    const places = [...retry, ...catches.flatMap((node) => node.list())];
    codes = {
      given: fail.flatMap((node) => node.get('code').text() ?? []),
      caught: places.flatMap((node) => node.get('on').list()),
    };
    known.set(root, codes);
  }
  return codes;
}

const known = new WeakMap<Node, Codes>();

/** Codes that differ from the word in one short stretch: what tools give may well resemble a code of the engine. */
function codesMeant(word: string, codes: readonly string[]): string[] {
  return suggest(word, codes, 3).filter((code) => {
    let start = 0;
    while (start < word.length && word[start] === code[start]) start += 1;
    let end = 0;
    const most = Math.min(word.length, code.length) - start;
    while (end < most && word.at(-1 - end) === code.at(-1 - end)) end += 1;
    return Math.max(word.length, code.length) - start - end <= 2;
  });
}

interface Found {
  readonly retry: Node[];
  readonly catch: Node[];
  readonly fail: Node[];
}

/** Every value of some keys in a spec, at any depth but in data of the writer. */
function found(node: Node, all: Found = { retry: [], catch: [], fail: [] }): Found {
  for (const [key, inner] of node.entries()) {
    if (key === 'retry' || key === 'catch' || key === 'fail') all[key].push(inner);
    else if (dataKeys.has(key) || key.startsWith('x-')) continue;
    if (typeof inner.value === 'object') found(inner, all);
  }
  for (const item of node.list()) if (typeof item.value === 'object') found(item, all);
  return all;
}

const dataKeys: ReadonlySet<string> = new Set([
  ...['with', 'set', 'data', 'details', 'return', 'output', 'body'],
  ...['inputSchema', 'outputSchema'],
]);
