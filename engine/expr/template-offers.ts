import { checkTemplateTypes } from './check-template.ts';
import { fieldOffers, type Offer, type Offers } from './offers.ts';
import { parseTemplateTree } from './template-parse.ts';
import { startOf, type Sight } from './template-sight.ts';
import { fieldType } from './type-fault.ts';
import type { TypeScope } from './type-scope.ts';
import { itemOf } from './cel-signatures.ts';
import { membersOf, type Type } from './type.ts';
import { helperWords, opensBlock } from './vocabulary.ts';

/**
 * What may be written at an offset of a template, which need not parse; undefined outside of `{{ }}`. Only the text before the offset
 * counts: blocks that are open there are taken for closed behind it.
 */
export function templateOffers(
  source: string,
  offset: number,
  scope: TypeScope,
  partials: Iterable<string> = [],
): Offers | undefined {
  const before = source.slice(0, offset);
  const open = before.lastIndexOf('{{');
  if (open === -1 || before.lastIndexOf('}}') > open || before[open - 1] === '$') return undefined;
  const inside = before.slice(open + 2);
  const word = /@?[\w$-]*$/.exec(inside)?.[0] ?? '';
  const after = /^[\w$-]*/.exec(source.slice(offset))?.[0] ?? '';
  const at = { start: offset - word.length, end: offset + after.length };
  const lead = inside.slice(0, inside.length - word.length);

  const blocks = openBlocks(before.slice(0, open));
  if (/^~?\/$/.test(lead)) {
    const last = blocks.at(-1);
    return { ...at, offers: last === undefined ? [] : [{ kind: 'end', text: last }] };
  }
  if (/^~?>\s*$/.test(lead)) {
    const offers = [...partials].map((text): Offer => ({ kind: 'partial', text }));
    return { ...at, offers };
  }
  const isFirst = /^~?\s*$/.test(lead) || lead.endsWith('(');
  if (/^~?#\s*$/.test(lead)) return { ...at, offers: helpers((name) => opensBlock(name)) };
  const offers = pathOffers(
    before.slice(0, offset - word.length) + (word.startsWith('@') ? '@' : ''),
    blocks,
    scope,
  );
  const inlineHelpers = isFirst ? helpers((name) => !opensBlock(name)) : [];
  const blockHelpers = /^~?\s*$/.test(lead)
    ? helpers((name) => opensBlock(name)).map((offer): Offer => ({ ...offer, text: `#${offer.text}` }))
    : [];
  return { ...at, offers: [...offers, ...inlineHelpers, ...blockHelpers] };
}

const mark = 'cursor__';

function helpers(wanted: (name: string) => boolean): Offer[] {
  return [...helperWords.values()]
    .filter(({ name }) => wanted(name))
    .map(({ name, form, about }) => ({
      kind: opensBlock(name) ? 'block' : 'helper',
      text: name,
      form,
      about,
    }));
}

/** Names, or fields behind a dot, at the end of a text that breaks off there. */
function pathOffers(text: string, blocks: readonly string[], scope: TypeScope): Offer[] {
  const parens = ')'.repeat(openParens(text));
  const tail = text.slice(text.lastIndexOf('{{'));
  const opening = /^\{\{~?#\s*(\w+)/.exec(tail)?.[1];
  const closing = [...(opening === undefined ? [] : [opening]), ...blocks.toReversed()];
  const draft = `${text}${mark}${parens}}}${closing.map((name) => `{{/${name}}}`).join('')}`;
  const { tree } = parseTemplateTree(draft);
  if (tree === undefined) return [];
  let offers: Offer[] = [];
  checkTemplateTypes(tree, new Map(), scope, (node, sight) => {
    if (node.parts.at(-1) === mark) offers = offersOf(node, sight);
  });
  return offers;
}

function offersOf(node: hbs.AST.PathExpression, sight: Sight): Offer[] {
  const { parts, data, depth, original } = node;
  if (data && parts.length === 1) {
    return ['root', 'index', 'key', 'first', 'last'].map((text) => ({ kind: 'name', text: `@${text}` }));
  }
  if (parts.length === 1 && !data) {
    const context = sight.contexts.at(-1 - depth);
    const bare = depth === 0 && !/^(\.|this\b)/.test(original);
    const bound = bare ? [...sight.bound].map(([text, type]): Offer => ({ kind: 'name', text, type })) : [];
    if (context === undefined) return bound;
    return [
      ...bound,
      ...fieldOffers('scope' in context ? context.scope.types : context.type, bare ? 'name' : 'field'),
    ];
  }
  const type = typeOfPath({ ...node, parts: parts.slice(0, -1) }, sight);
  return type === undefined ? [] : fieldOffers(type, 'field');
}

/** What a path of a template stands for; undefined where its first name is not known. */
export function typeOfPath(node: hbs.AST.PathExpression, sight: Sight): Type | undefined {
  const start = startOf(node, sight);
  if (start === undefined) return undefined;
  const nowhere = { start: 0, end: 0 };
  return start.parts.reduce<Type>((type, name) => {
    if (/^\d+$/.test(name) && membersOf(type).some(({ kind }) => kind === 'list')) return itemOf(type);
    return fieldType(type, { name, of: '', guarded: true, at: nowhere, targetAt: nowhere }, () => undefined);
  }, start.type);
}

/** The names of the blocks that are open at the end of a text, the outermost first. */
function openBlocks(text: string): string[] {
  const open: string[] = [];
  for (const [, sign, name = ''] of text.matchAll(/(?<!\\)\{\{~?\s*([#/])\s*([^\s}~]*)/g)) {
    if (sign === '/') open.pop();
    else open.push(name);
  }
  return open;
}

function openParens(text: string): number {
  const inside = text.slice(text.lastIndexOf('{{'));
  return Math.max(0, inside.split('(').length - inside.split(')').length);
}
