import { Environment, ParseError, type ASTNode } from '@marcbachmann/cel-js';
import { limits } from './limits.ts';
import type { ExpressionFault } from './types.ts';

/** The tree of a CEL expression, or why there is none. Never throws. */
export function parseTree(
  source: string,
):
  | { readonly tree: ASTNode; readonly fault?: never }
  | { readonly tree?: never; readonly fault: ExpressionFault } {
  if (source.length > limits.expressionLength) {
    return whole(source, 'expr/not-allowed', `longer than ${limits.expressionLength} characters`);
  }
  if (source.trim() === '') return whole(source, 'expr/syntax', 'the expression is empty');
  try {
    grammar ??= new Environment({
      unlistedVariablesAreDyn: true,
      enableOptionalTypes: true,
      limits: { maxDepth: limits.depth, maxAstNodes: limits.expressionLength },
    });
    return { tree: grammar.parse(source).ast };
  } catch (error) {
    if (error instanceof ParseError) return { fault: syntaxFault(error, source) };
    return whole(source, 'expr/not-allowed', 'nested too deeply');
  }
}

let grammar: Environment | undefined;

const tokens: Readonly<Record<string, string>> = {
  EOF: 'the end',
  NUMBER: 'a number',
  STRING: 'a string',
  BOOLEAN: 'true or false',
  NULL: 'null',
  IDENTIFIER: 'a name',
  PLUS: '"+"',
  MINUS: '"-"',
  MULTIPLY: '"*"',
  DIVIDE: '"/"',
  MODULO: '"%"',
  EQ: '"=="',
  NE: '"!="',
  LT: '"<"',
  LE: '"<="',
  GT: '">"',
  GE: '">="',
  AND: '"&&"',
  OR: '"||"',
  NOT: '"!"',
  IN: '"in"',
  LPAREN: '"("',
  RPAREN: '")"',
  LBRACKET: '"["',
  RBRACKET: '"]"',
  LBRACE: '"{"',
  RBRACE: '"}"',
  DOT: '"."',
  COMMA: '","',
  COLON: '":"',
  QUESTION: '"?"',
  BYTES: 'bytes',
};

const hints: Readonly<Record<string, string>> = {
  '=': '; write "==" to compare',
  '&': '; write "&&"',
  '|': '; write "||"',
  $: '; names stand alone here, without "${{"',
};

function syntaxFault(error: ParseError, source: string): ExpressionFault {
  const start = Math.min(error.range?.start ?? 0, source.length);
  const end = Math.min(Math.max(error.range?.end ?? start + 1, start + 1), source.length);
  const rule = error.code === 'limit_exceeded' ? 'expr/not-allowed' : 'expr/syntax';
  return {
    rule,
    message: messageOf(error, source, start),
    start: Math.min(start, Math.max(0, end - 1)),
    end,
  };
}

function messageOf(error: ParseError, source: string, start: number): string {
  const instead = otherLanguage(source, start);
  const message = faultOf(error, source, start);
  return instead === '' ? message : `${message.replace(/; write .*$/, '')}${instead}`;
}

function faultOf(error: ParseError, source: string, start: number): string {
  const expected = /^Expected (\w+), got (\w+)$/.exec(error.summary);
  if (expected) return `expected ${token(expected[1])}, got ${token(expected[2])}`;
  const unexpected = /^Unexpected token: (\w+)$/.exec(error.summary);
  if (unexpected)
    return unexpected[1] === 'EOF' ? 'the expression ends too early' : `unexpected ${token(unexpected[1])}`;
  switch (error.code) {
    case 'unexpected_character': {
      const word = /^\w+/.exec(source.slice(start))?.[0] ?? source.slice(start, start + 1);
      return `unexpected "${word}"${hints[word] ?? ''}`;
    }
    case 'reserved_identifier':
      return error.summary.replace(/^Reserved identifier: (.*)$/, '"$1" is a reserved word');
    case 'unterminated_string':
    case 'unterminated_triple_quoted_string':
      return 'the string has no closing quote';
    case 'limit_exceeded':
      return 'nested too deeply or too long';
    case 'invalid_macro_argument':
      return 'a loop needs a plain name as its first argument';
    default:
      return error.summary.charAt(0).toLowerCase() + error.summary.slice(1);
  }
}

/** What to write instead of an operator of another language at a fault. */
function otherLanguage(source: string, at: number): string {
  const around = source.slice(Math.max(0, at - 3), at + 4);
  const word = /^(?:and|or|is|then)\b/.exec(source.slice(at))?.[0] ?? '';
  const before = /\b(not|await|new|return|typeof)\s*$/.exec(source.slice(0, at))?.[1] ?? '';
  if (around.includes('??')) return '; write default(value, otherwise)';
  if (around.includes('?.')) return '; write ".?" to ask for a field that may not be there';
  if (around.includes('=>')) return '; write list.map(x, …), with a name and a comma';
  if (before === 'not') return '; write "!" for "not"';
  return words[word] ?? '';
}

const words: Readonly<Record<string, string>> = {
  and: '; write "&&"',
  or: '; write "||"',
  is: '; write "=="',
  then: '; write "condition ? a : b"',
};

function token(name: string | undefined): string {
  return tokens[name ?? ''] ?? String(name).toLowerCase();
}

function whole(
  source: string,
  rule: ExpressionFault['rule'],
  message: string,
): { readonly fault: ExpressionFault } {
  return { fault: { rule, message, start: 0, end: source.length } };
}
