import type { ASTNode } from '@marcbachmann/cel-js';
import { childrenOf } from './cel-children.ts';
import { parseTree } from './cel-parse.ts';
import { checkCel } from './check-cel.ts';
import { checkTemplateTypes, placesOf } from './check-template.ts';
import { namePath } from './narrow.ts';
import { typeOfPath } from './template-offers.ts';
import { parseTemplateTree } from './template-parse.ts';
import type { TypeScope } from './type-scope.ts';
import type { Type } from './type.ts';
import { functionWords, helperWords, type Word } from './vocabulary.ts';

/** What stands at an offset of an expression or template: a name with its type, or a word of the language. */
export interface PartAt {
  readonly start: number;
  readonly end: number;
  /** The path up to here, as far as it is one of names from the scope: `["steps", "classify", "output"]`. */
  readonly path?: readonly string[];
  readonly type?: Type;
  readonly word?: Word;
  /** Of a template: the partial that is named here. */
  readonly partial?: string;
}

/** What stands at an offset of a CEL expression; undefined between names, and where it does not parse. */
export function celPartAt(source: string, offset: number, scope: TypeScope): PartAt | undefined {
  const { tree } = parseTree(source);
  if (tree === undefined) return undefined;
  const node = deepest(tree, offset);
  if (node === undefined) return undefined;
  const place = wordPlace(node, source);
  if (place === undefined || offset < place.start || offset > place.end) return undefined;
  if (node.op === 'call' || node.op === 'rcall') {
    const word = functionWords.get(node.args[0]);
    return word === undefined ? undefined : { ...place, word };
  }
  let type: Type | undefined;
  checkCel(tree, scope, (seen, found) => {
    if (seen === node) type = found;
  });
  const path = namePath(node);
  return { ...place, ...(type === undefined ? {} : { type }), ...(path === undefined ? {} : { path }) };
}

/** What stands at an offset of a template; undefined outside of `{{ }}`, and where it does not parse. */
export function templatePartAt(source: string, offset: number, scope: TypeScope): PartAt | undefined {
  const { tree } = parseTemplateTree(source);
  if (tree === undefined) return undefined;
  let part: PartAt | undefined;
  checkTemplateTypes(tree, new Map(), scope, (node, sight) => {
    const places = placesOf(node, sight);
    const index = places.findIndex(({ start, end }) => start <= offset && offset <= end);
    const at = places[index];
    if (at === undefined) return;
    const upTo = { ...node, parts: node.parts.slice(0, index + 1) };
    const type = typeOfPath(upTo, sight);
    const isFromScope = !node.data && node.depth === 0 && !sight.bound.has(node.parts[0] ?? '');
    const context = sight.contexts.at(-1);
    part = {
      ...at,
      ...(type === undefined ? {} : { type }),
      ...(isFromScope && context !== undefined && 'scope' in context ? { path: upTo.parts } : {}),
    };
  });
  return part ?? wordInTemplate(source, offset);
}

function wordInTemplate(source: string, offset: number): PartAt | undefined {
  const before = /[\w$-]*$/.exec(source.slice(0, offset))?.[0] ?? '';
  const after = /^[\w$-]*/.exec(source.slice(offset))?.[0] ?? '';
  const place = { start: offset - before.length, end: offset + after.length };
  const lead = source.slice(0, place.start);
  if (/\{\{~?>\s*$/.test(lead)) return { ...place, partial: before + after };
  const word = helperWords.get(before + after);
  return word !== undefined && /(?:\{\{~?[#/]?\s*|\()$/.test(lead) ? { ...place, word } : undefined;
}

function deepest(node: ASTNode, offset: number): ASTNode | undefined {
  for (const child of childrenOf(node)) {
    const found = deepest(child, offset);
    if (found !== undefined) return found;
  }
  return node.start <= offset && offset <= node.end && ['id', '.', '.?', 'call', 'rcall'].includes(node.op)
    ? node
    : undefined;
}

/** Where the name that makes a node stands. */
function wordPlace(node: ASTNode, source: string): { start: number; end: number } | undefined {
  switch (node.op) {
    case 'id':
      return { start: node.start, end: node.start + node.args.length };
    case '.':
    case '.?':
      return { start: node.end - node.args[1].length, end: node.end };
    case 'call':
      return { start: node.start, end: node.start + node.args[0].length };
    case 'rcall': {
      const start = source.indexOf(node.args[0], node.args[1].end);
      return start === -1 ? undefined : { start, end: start + node.args[0].length };
    }
    default:
      return undefined;
  }
}
