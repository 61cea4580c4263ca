import { suggest } from '../core/suggest.ts';
import { limits } from './limits.ts';
import { blockHelpers, inlineHelpers } from './template-engine.ts';
import type { TemplateTree } from './template-parse.ts';
import type { TemplateFault } from './types.ts';

/** What checking one source tells about it. */
export interface TemplateReport {
  readonly faults: readonly TemplateFault[];
  /** Partials it names, with their places. */
  readonly partials: readonly { readonly name: string; readonly start: number; readonly end: number }[];
  readonly statements: number;
}

/** Finds unknown helpers, wrong numbers of arguments, and parts of Handlebars that are off. Whether partials exist is not looked at. */
export function checkTemplate(tree: TemplateTree): TemplateReport {
  const faults: TemplateFault[] = [];
  const partials: { name: string; start: number; end: number }[] = [];
  let statements = 0;

  const report = (
    node: hbs.AST.Node,
    rule: TemplateFault['rule'],
    message: string,
    suggestions: readonly string[] = [],
  ): void => {
    faults.push({
      rule,
      message,
      ...tree.rangeOf(node),
      ...(suggestions.length === 0 ? {} : { suggestions }),
    });
  };

  const program = (node: hbs.AST.Program | undefined, depth: number): void => {
    if (node === undefined) return;
    if (depth > limits.depth) throw new RangeError('nested too deeply');
    for (const statement of node.body) {
      statements += 1;
      visit(statement, depth);
    }
  };

  const visit = (node: hbs.AST.Statement, depth: number): void => {
    switch (node.type) {
      case 'ContentStatement':
      case 'CommentStatement':
        return;
      case 'MustacheStatement':
        return mustache(node as hbs.AST.MustacheStatement);
      case 'BlockStatement': {
        const statement = node as hbs.AST.BlockStatement;
        block(statement);
        program(statement.program, depth + 1);
        return program(statement.inverse, depth + 1);
      }
      case 'PartialStatement':
        return partial(node as hbs.AST.PartialStatement);
      default:
        return report(
          node,
          'template/not-allowed',
          'decorators, inline partials and partial blocks are not supported',
        );
    }
  };

  const mustache = (node: hbs.AST.MustacheStatement): void => {
    const name = helperName(node.path);
    if (node.path.type !== 'PathExpression')
      return report(node, 'template/not-allowed', 'write the text itself, without {{ }}');
    const isCall = node.params.length > 0 || pairsOf(node).length > 0;
    if (isCall || (name !== undefined && (inlineHelpers.has(name) || blockHelpers.includes(name))))
      return call(node);
    path(node.path as hbs.AST.PathExpression);
  };

  const call = (node: hbs.AST.MustacheStatement | hbs.AST.SubExpression): void => {
    const name = helperName(node.path);
    const helper = name === undefined ? undefined : inlineHelpers.get(name);
    if (helper === undefined) {
      if (name !== undefined && blockHelpers.includes(name)) {
        return report(
          node.path,
          'template/syntax',
          `"${name}" opens a block; write {{#${name} …}} … {{/${name}}}`,
        );
      }
      return unknownHelper(node.path);
    }
    const [form, fewest, most] = helper;
    if (node.params.length < fewest || node.params.length > most || pairsOf(node).length > 0) {
      return report(node.path, 'template/syntax', `wrong arguments; write ${form}`);
    }
    node.params.forEach(argument);
  };

  const block = (node: hbs.AST.BlockStatement): void => {
    const name = helperName(node.path);
    if (name === undefined || !blockHelpers.includes(name)) {
      if (name !== undefined && inlineHelpers.has(name)) {
        return report(
          node.path,
          'template/syntax',
          `"${name}" is no block; write ${inlineHelpers.get(name)?.[0] ?? ''}`,
        );
      }
      return unknownHelper(node.path);
    }
    if (node.params.length !== 1 || pairsOf(node).length > 0) {
      return report(node.path, 'template/syntax', `"${name}" takes one argument; write {{#${name} value}}`);
    }
    node.params.forEach(argument);
  };

  const partial = (node: hbs.AST.PartialStatement): void => {
    const name = partialName(node);
    if (name === undefined)
      return report(node, 'template/not-allowed', 'the name of a partial must be written out');
    partials.push({ name, ...tree.rangeOf(node) });
    if (node.params.length > 1) return report(node, 'template/syntax', 'a partial takes at most one value');
    node.params.forEach(argument);
    for (const { value } of pairsOf(node)) argument(value);
  };

  const argument = (node: hbs.AST.Expression): void => {
    if (node.type === 'SubExpression') call(node as hbs.AST.SubExpression);
    else if (node.type === 'PathExpression') path(node as hbs.AST.PathExpression);
  };

  const path = (node: hbs.AST.PathExpression): void => {
    const [head = ''] = node.parts;
    if (node.data && !['root', 'index', 'key', 'first', 'last'].includes(head)) {
      report(
        node,
        'template/not-allowed',
        `no variable "@${head}"; expected one of "@first", "@index", "@key", "@last", "@root"`,
      );
    }
    const reserved = node.parts.find(
      (part) => part === '__proto__' || part === 'constructor' || part === 'prototype',
    );
    if (reserved !== undefined) report(node, 'template/not-allowed', `the name "${reserved}" is not allowed`);
  };

  const unknownHelper = (node: hbs.AST.Node): void => {
    const word = (node as Partial<hbs.AST.PathExpression>).original ?? '';
    const suggestions = suggest(word, [...blockHelpers, ...inlineHelpers.keys()], 3);
    const near = suggestions[0] === undefined ? '' : `; did you mean "${suggestions[0]}"?`;
    report(node, 'template/unknown-helper', `unknown helper "${word}"${near}`, suggestions);
  };

  try {
    program(tree.program, 0);
  } catch {
    faults.push({
      rule: 'template/not-allowed',
      message: 'nested too deeply',
      start: 0,
      end: tree.source.length,
    });
  }
  return { faults: faults.sort((a, b) => a.start - b.start), partials, statements };
}

/** The name a call or block begins with, when it is a plain word; undefined for `a.b`, `this.a`, `@a`. */
export function helperName(node: hbs.AST.Node): string | undefined {
  if (node.type !== 'PathExpression') return undefined;
  const { data, depth, parts, original } = node as hbs.AST.PathExpression;
  return !data && depth === 0 && parts.length === 1 && parts[0] === original ? original : undefined;
}

/** The written-out name of a partial, or undefined when it is computed. */
export function partialName(node: hbs.AST.PartialStatement): string | undefined {
  const { type } = node.name as hbs.AST.Node;
  if (type === 'SubExpression') return undefined;
  const { original } = node.name as { readonly original?: unknown };
  return typeof original === 'string' || typeof original === 'number' ? String(original) : undefined;
}

/** The `name=value` pairs of a node; the parser leaves the hash out when there is none. */
export function pairsOf(node: { readonly hash?: hbs.AST.Hash }): readonly hbs.AST.HashPair[] {
  return node.hash?.pairs ?? [];
}
