import { helperName, pairsOf, partialName } from './template-check.ts';
import { needHelper, showHelper } from './template-engine.ts';

/**
 * Rewrites a checked tree so that a missing value stops the rendering with the path the writer wrote,
 * and only text, numbers and bools are printed. Handlebars' own strict mode cannot do it: it reports
 * by quoting data, and it also stops at `{{#if a.b}}` when `a` is missing.
 */
export function strictTree(program: hbs.AST.Program): hbs.AST.Program {
  return { ...program, body: program.body.map(statement) };
}

function statement(node: hbs.AST.Statement): hbs.AST.Statement {
  switch (node.type) {
    case 'MustacheStatement':
      return mustache(node as hbs.AST.MustacheStatement);
    case 'BlockStatement':
      return block(node as hbs.AST.BlockStatement);
    case 'PartialStatement': {
      const partial = node as hbs.AST.PartialStatement;
      const name = {
        type: 'StringLiteral',
        value: partialName(partial),
        original: partialName(partial),
        loc: partial.name.loc,
      };
      const hash = {
        type: 'Hash',
        loc: node.loc,
        pairs: pairsOf(partial).map((pair) => ({ ...pair, value: required(pair.value) })),
      };
      return {
        ...partial,
        name: name as unknown as hbs.AST.PathExpression,
        params: partial.params.map(required),
        ...(hash.pairs.length === 0 ? {} : { hash }),
      } as hbs.AST.PartialStatement;
    }
    default:
      return node;
  }
}

function mustache(node: hbs.AST.MustacheStatement): hbs.AST.MustacheStatement {
  if (node.params.length > 0) return { ...node, params: argumentsOf(node) };
  const path = node.path as hbs.AST.PathExpression;
  return { ...node, path: name(showHelper, path), params: [path, label(path)] };
}

function block(node: hbs.AST.BlockStatement): hbs.AST.BlockStatement {
  const lenient = node.path.original === 'if' || node.path.original === 'unless';
  return {
    ...node,
    params: node.params.map(lenient ? optional : required),
    ...(node.program ? { program: strictTree(node.program) } : {}),
    ...(node.inverse ? { inverse: strictTree(node.inverse) } : {}),
  };
}

function argumentsOf(node: hbs.AST.MustacheStatement | hbs.AST.SubExpression): hbs.AST.Expression[] {
  const isDefault = helperName(node.path) === 'default';
  return node.params.map((param, index) => (isDefault && index === 0 ? optional(param) : required(param)));
}

function optional(node: hbs.AST.Expression): hbs.AST.Expression {
  if (node.type !== 'SubExpression') return node;
  const call = node as hbs.AST.SubExpression;
  return { ...call, params: argumentsOf(call) } as hbs.AST.SubExpression;
}

function required(node: hbs.AST.Expression): hbs.AST.Expression {
  if (node.type !== 'PathExpression') return optional(node);
  const path = node as hbs.AST.PathExpression;
  return {
    type: 'SubExpression',
    path: name(needHelper, path),
    params: [path, label(path)],
    loc: node.loc,
  } as hbs.AST.Expression;
}

function name(helper: string, { loc }: hbs.AST.Node): hbs.AST.PathExpression {
  return { type: 'PathExpression', data: false, depth: 0, parts: [helper], original: helper, loc };
}

function label({ original, loc }: hbs.AST.PathExpression): hbs.AST.StringLiteral {
  return { type: 'StringLiteral', value: original, original, loc };
}
