import { helperName, pairsOf, partialName } from './template-check.ts';
import type { Stretch, TemplateTree } from './template-parse.ts';
import type { Read } from './types.ts';

/** Where the names inside a block look: a path from the scope, or undefined for an item of `each`. */
type Context = readonly string[] | undefined;

interface Sight {
  /** Contexts from the outermost to the current one. */
  readonly contexts: readonly Context[];
  /** Block parameters and names given to a partial. */
  readonly bound: ReadonlySet<string>;
  /** Inside a partial: the place in the template that calls it. */
  readonly at?: Stretch;
}

/**
 * The paths a template reads from its scope. Names relative to an item of `each` are left out, names inside
 * `with` are completed. What a partial reads is reported at the place that calls it.
 */
export function readsOfTemplate(tree: TemplateTree, partials: ReadonlyMap<string, TemplateTree>): Read[] {
  const reads: Read[] = [];
  program(tree, tree.program, { contexts: [[]], bound: new Set() });
  return reads.sort((a, b) => a.start - b.start || a.end - b.end);

  function program(source: TemplateTree, node: hbs.AST.Program | undefined, sight: Sight): void {
    for (const statement of node?.body ?? []) visit(source, statement, sight);
  }

  function visit(source: TemplateTree, node: hbs.AST.Statement, sight: Sight): void {
    switch (node.type) {
      case 'MustacheStatement': {
        const mustache = node as hbs.AST.MustacheStatement;
        if (mustache.params.length === 0) return expression(source, mustache.path, sight, false);
        return call(source, mustache, sight);
      }
      case 'BlockStatement':
        return block(source, node as hbs.AST.BlockStatement, sight);
      case 'PartialStatement':
        return partial(source, node as hbs.AST.PartialStatement, sight);
      default:
        return;
    }
  }

  function block(source: TemplateTree, node: hbs.AST.BlockStatement, sight: Sight): void {
    const name = helperName(node.path);
    const [param] = node.params;
    const testing = name === 'if' || name === 'unless';
    if (param !== undefined) expression(source, param, sight, testing);
    const bound = new Set([...sight.bound, ...(node.program?.blockParams ?? [])]);
    const context =
      name === 'with' && param?.type === 'PathExpression'
        ? resolve(param as hbs.AST.PathExpression, sight)
        : undefined;
    program(
      source,
      node.program,
      testing ? sight : { ...sight, contexts: [...sight.contexts, context], bound },
    );
    program(source, node.inverse, sight);
  }

  function partial(source: TemplateTree, node: hbs.AST.PartialStatement, sight: Sight): void {
    const [param] = node.params;
    if (param !== undefined) expression(source, param, sight, false);
    for (const { value } of pairsOf(node)) expression(source, value, sight, false);
    const target = partials.get(partialName(node) ?? '');
    if (target === undefined) return;
    const context =
      param === undefined
        ? sight.contexts.at(-1)
        : param.type === 'PathExpression'
          ? resolve(param as hbs.AST.PathExpression, sight)
          : undefined;
    const bound = new Set([
      ...(param === undefined ? sight.bound : []),
      ...pairsOf(node).map(({ key }) => key),
    ]);
    program(target, target.program, { contexts: [context], bound, at: sight.at ?? source.rangeOf(node) });
  }

  function call(
    source: TemplateTree,
    node: hbs.AST.MustacheStatement | hbs.AST.SubExpression,
    sight: Sight,
  ): void {
    const isDefault = helperName(node.path) === 'default';
    for (const [index, param] of node.params.entries())
      expression(source, param, sight, isDefault && index === 0);
  }

  function expression(source: TemplateTree, node: hbs.AST.Node, sight: Sight, guarded: boolean): void {
    if (node.type === 'SubExpression') return call(source, node as hbs.AST.SubExpression, sight);
    if (node.type !== 'PathExpression') return;
    const path = resolve(node as hbs.AST.PathExpression, sight);
    if (path !== undefined && path.length > 0)
      reads.push({ path, ...(sight.at ?? source.rangeOf(node)), guarded });
  }
}

function resolve({ data, depth, parts, original }: hbs.AST.PathExpression, sight: Sight): Context {
  if (data) return parts[0] === 'root' ? parts.slice(1) : undefined;
  const scoped = /^(\.|this\b)/.test(original);
  if (!scoped && depth === 0 && sight.bound.has(parts[0] ?? '')) return undefined;
  const context = sight.contexts.at(-1 - depth);
  return context === undefined ? undefined : [...context, ...parts];
}
