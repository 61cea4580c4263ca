import type { Stretch, TemplateTree } from './template-parse.ts';
import { narrowPath, typeScope, type TypeScope } from './type-scope.ts';
import { dyn, membersOf, unionOf, withoutNull, type Type } from './type.ts';

/** Where names look: the scope itself, or a value that `each`, `with` or a partial has gone into. */
export type Context = { readonly scope: TypeScope } | { readonly type: Type; readonly of: string };

/** What the expressions at one place of a template see. */
export interface Sight {
  /** Contexts from the outermost to the current one. */
  readonly contexts: readonly Context[];
  /** Block parameters and names given to a partial. */
  readonly bound: ReadonlyMap<string, Type>;
  readonly root: TypeScope;
  readonly source: TemplateTree;
  /** Inside a partial: the place in the template that calls it. */
  readonly at?: Stretch;
}

/** The place of a node in the outermost template. */
export function placeOf(node: hbs.AST.Node, sight: Sight): Stretch {
  return sight.at ?? sight.source.rangeOf(node);
}

/** Where a path begins, and the names it then goes through; undefined where its first name is not known here. */
export function startOf(
  { data, depth, parts, original }: hbs.AST.PathExpression,
  sight: Sight,
): { type: Type; of: string; parts: readonly string[] } | undefined {
  if (data) return parts[0] === 'root' ? inScope(sight.root, parts.slice(1)) : undefined;
  const scoped = /^(\.|this\b)/.test(original);
  const [head = ''] = parts;
  const bound = scoped || depth > 0 ? undefined : sight.bound.get(head);
  if (bound !== undefined) return { type: bound, of: head, parts: parts.slice(1) };
  const context = sight.contexts.at(-1 - depth);
  if (context === undefined) return undefined;
  return 'scope' in context ? inScope(context.scope, parts) : { ...context, parts };
}

function inScope(
  { types }: TypeScope,
  parts: readonly string[],
): { type: Type; of: string; parts: readonly string[] } | undefined {
  const [head] = parts;
  const field = head === undefined ? undefined : types.fields.get(head);
  return field === undefined ? undefined : { type: field.type, of: head ?? '', parts: parts.slice(1) };
}

/** Inside `{{#if path}}` the path has a value, and so has everything it goes through. */
export function narrowed(param: hbs.AST.Expression, sight: Sight): Sight {
  if (param.type !== 'PathExpression') return sight;
  const { data, depth, parts, original } = param as hbs.AST.PathExpression;
  const context = sight.contexts.at(-1 - depth);
  const [head = '', ...rest] = parts;
  const bound = /^(\.|this\b)/.test(original) || depth > 0 ? undefined : sight.bound.get(head);
  if (bound !== undefined) return { ...sight, bound: new Map(sight.bound).set(head, held(bound, rest)) };
  if (data || context === undefined || parts.length === 0) return sight;
  const changed: Context =
    'scope' in context
      ? { scope: narrowPath(context.scope, parts, withoutNull, true) }
      : { ...context, type: held(context.type, parts) };
  const index = sight.contexts.length - 1 - depth;
  return { ...sight, contexts: sight.contexts.map((old, at) => (at === index ? changed : old)) };
}

/** A value of which a path is known to be there, and not null. */
function held(type: Type, path: readonly string[]): Type {
  const { types } = narrowPath(typeScope({ value: type }), ['value', ...path], withoutNull, true);
  return types.fields.get('value')?.type ?? type;
}

/** The type of what `each` goes through. */
export function entryOf(type: Type): Type {
  const items = membersOf(type).flatMap((member): readonly Type[] => {
    if (member.kind === 'list') return [member.item];
    if (member.kind === 'dyn') return [dyn];
    if (member.kind !== 'record') return [];
    return [
      ...[...member.fields.values()].map((field) => field.type),
      ...(member.rest === undefined ? [] : [member.rest]),
    ];
  });
  return items.length === 0 ? dyn : unionOf(items);
}
