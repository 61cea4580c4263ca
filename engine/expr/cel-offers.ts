import type { ASTNode } from '@marcbachmann/cel-js';
import { checkCel } from './check-cel.ts';
import { childrenOf } from './cel-children.ts';
import { parseTree } from './cel-parse.ts';
import { signatures } from './cel-signatures.ts';
import { loops } from './cel-loop-names.ts';
import { fieldOffers, literalsOf, type Offer, type Offers } from './offers.ts';
import type { TypeScope } from './type-scope.ts';
import { dyn, membersOf, type Type } from './type.ts';
import { functionWords } from './vocabulary.ts';

/**
 * What may be written at an offset of a CEL expression, which need not parse: names, fields by type, functions, and the values that
 * the other side of `==`, `!=` or `in` may have.
 */
export function celOffers(source: string, offset: number, scope: TypeScope): Offers {
  const quote = openQuote(source.slice(0, offset));
  const place = quote === undefined ? wordAt(source, offset) : textAt(source, offset, quote);
  const spot =
    quote?.mark === undefined ? find(source, place, scope) : find(source, place, scope, quote.mark);
  return { ...place, offers: spot === undefined ? [] : offersAt(spot, quote !== undefined) };
}

/** A name no writer uses, which stands where the cursor is while the text around it is parsed. */
const mark = 'cursor__';

interface Spot {
  readonly node: ASTNode;
  readonly parents: readonly ASTNode[];
  readonly scope: TypeScope;
  readonly typeOf: (node: ASTNode) => Type;
}

function offersAt({ node, parents, scope, typeOf }: Spot, isText: boolean): Offer[] {
  const values = valuesExpected(node, parents, typeOf);
  const parent = parents.at(-1);
  if (isText && (parent?.op === '[]' || parent?.op === '[?]') && parent.args[1] === node)
    return fieldOffers(typeOf(parent.args[0]), 'field');
  if (isText) {
    return values.flatMap((value) =>
      typeof value === 'string' ? [{ kind: 'value', text: value } as const] : [],
    );
  }
  const target = targetOf(node);
  if (target !== undefined) {
    const type = typeOf(target);
    return [...fieldOffers(type, 'field'), ...methodsOf(type)];
  }
  return [
    ...values.map((value): Offer => ({ kind: 'value', text: JSON.stringify(value) })),
    ...fieldOffers(scope.types, 'name'),
    ...[...functionWords.values()]
      .filter(({ name }) => !loops.has(name))
      .map(({ name, form, about }): Offer => ({ kind: 'function', text: name, form, about })),
  ];
}

/** What stands before the dot. */
function targetOf(node: ASTNode): ASTNode | undefined {
  if (node.op === '.' || node.op === '.?') return node.args[0];
  return node.op === 'rcall' ? node.args[1] : undefined;
}

/** Functions that take such a value first, and so can be written behind it. */
function methodsOf(type: Type): Offer[] {
  const members = membersOf(type).filter(({ kind }) => kind !== 'null');
  if (members.length === 0 || members.every(({ kind }) => kind === 'record')) return [];
  const fits = (name: string): boolean => {
    if (loops.has(name)) return members.some(({ kind }) => kind === 'list' || kind === 'dyn');
    const first = signatures.get(name)?.takes[0];
    return (
      first !== undefined && first.name !== 'any value' && members.some((member) => first.accepts(member))
    );
  };
  return [...functionWords.values()]
    .filter(({ name }) => fits(name))
    .map(({ name, form, about }) => ({ kind: 'function', text: name, form, about }));
}

/** The values that the other side of a comparison can have. */
function valuesExpected(
  node: ASTNode,
  parents: readonly ASTNode[],
  typeOf: (node: ASTNode) => Type,
): ReturnType<typeof literalsOf> {
  const [parent, above] = [parents.at(-1), parents.at(-2)];
  if (parent?.op === '==' || parent?.op === '!=') {
    const [left, right] = parent.args;
    return literalsOf(typeOf(left === node ? right : left));
  }
  if (parent?.op === 'list' && above?.op === 'in') return literalsOf(typeOf(above.args[0]));
  return [];
}

/** Parses the source with the mark at the place, repaired as far as it has to be. */
function find(
  source: string,
  { start, end }: { readonly start: number; readonly end: number },
  scope: TypeScope,
  quote = '',
): Spot | undefined {
  const before = source.slice(0, start);
  const closed = `${before}${mark}${quote}${closersOf(before)}`;
  const chain = /[\w.[\]]*$/.exec(before)?.[0] ?? '';
  const drafts = [`${before}${mark}${source.slice(end)}`, closed, `${closed} : null`];
  if (quote === '') drafts.push(chain + mark);
  for (const draft of drafts) {
    const { tree } = parseTree(draft);
    const found = tree === undefined ? undefined : markIn(tree, []);
    if (tree === undefined || found === undefined) continue;
    const types = new Map<ASTNode, Type>();
    const scopes = new Map<ASTNode, TypeScope>();
    checkCel(tree, scope, (node, type, seen) => {
      types.set(node, type);
      scopes.set(node, seen);
    });
    const known = [found.node, ...found.parents.toReversed()].find((node) => scopes.has(node));
    const seen = (known === undefined ? undefined : scopes.get(known)) ?? scope;
    return { ...found, scope: seen, typeOf: (node) => types.get(node) ?? dyn };
  }
  return undefined;
}

function markIn(
  node: ASTNode,
  parents: readonly ASTNode[],
): { node: ASTNode; parents: readonly ASTNode[] } | undefined {
  if (isMarked(node)) return { node, parents };
  for (const child of childrenOf(node)) {
    const found = markIn(child, [...parents, node]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isMarked(node: ASTNode): boolean {
  switch (node.op) {
    case 'id':
      return node.args === mark;
    case 'value':
      return typeof node.args === 'string' && node.args.includes(mark);
    case '.':
    case '.?':
      return node.args[1] === mark;
    case 'rcall':
    case 'call':
      return node.args[0] === mark;
    default:
      return false;
  }
}

function wordAt(source: string, offset: number): { start: number; end: number } {
  const before = /\w*$/.exec(source.slice(0, offset))?.[0] ?? '';
  const after = /^\w*/.exec(source.slice(offset))?.[0] ?? '';
  return { start: offset - before.length, end: offset + after.length };
}

function textAt(source: string, offset: number, { mark: sign, at }: Quote): { start: number; end: number } {
  const rest = source.slice(offset);
  const close = rest.indexOf(sign);
  const inside = close === -1 ? /^\w*/.exec(rest)?.[0].length : close;
  return { start: at + 1, end: offset + (inside ?? 0) };
}

interface Quote {
  readonly mark: '"' | "'";
  readonly at: number;
}

/** The quote that a string which is still open began with. */
function openQuote(text: string): Quote | undefined {
  let open: Quote | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '\\' && open !== undefined) at += 1;
    else if (sign === '"' || sign === "'") {
      if (open === undefined) open = { mark: sign, at };
      else if (open.mark === sign) open = undefined;
    }
  }
  return open;
}

/** The brackets that close those which are open at the end of a text. */
function closersOf(text: string): string {
  const closers: string[] = [];
  let quote: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (quote !== undefined) {
      if (sign === '\\') at += 1;
      else if (sign === quote) quote = undefined;
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === '(') closers.unshift(')');
    else if (sign === '[') closers.unshift(']');
    else if (sign === '{') closers.unshift('}');
    else if (sign === closers[0]) closers.shift();
  }
  return closers.join('');
}
