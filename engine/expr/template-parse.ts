/// <reference types="handlebars" preserve="true" />

import { limits } from './limits.ts';
import { outOfBounds } from './template-bounds.ts';
import { handlebars } from './template-engine.ts';
import type { TemplateFault } from './types.ts';

/** A stretch of a source, in offsets; `end` is exclusive. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** A parsed template source, and how its nodes map to offsets. */
export interface TemplateTree {
  readonly source: string;
  readonly program: hbs.AST.Program;
  rangeOf(node: hbs.AST.Node): Stretch;
}

/** The tree of a Handlebars source, before whitespace control, or why there is none. Never throws. */
export function parseTemplateTree(
  source: string,
):
  | { readonly tree: TemplateTree; readonly fault?: never }
  | { readonly tree?: never; readonly fault: TemplateFault } {
  if (source.length > limits.templateLength) {
    const message = `longer than ${limits.templateLength} characters`;
    return { fault: { rule: 'template/not-allowed', message, start: 0, end: source.length } };
  }
  const refused = outOfBounds(source);
  if (refused !== undefined) return { fault: refused };
  const offsetOf = offsets(source);
  const rangeOf = ({ loc }: hbs.AST.Node): Stretch => ({
    start: offsetOf(loc.start),
    end: offsetOf(loc.end),
  });
  try {
    return { tree: { source, program: handlebars.parseWithoutProcessing(source), rangeOf } };
  } catch (error) {
    return { fault: { rule: 'template/syntax', ...faultOf(error, source, offsetOf) } };
  }
}

/** Offsets of positions as Handlebars counts them: lines from 1, columns from 0. */
function offsets(source: string): (position: hbs.AST.Position) => number {
  const starts = [0];
  for (const match of source.matchAll(/\r\n?|\n/g)) starts.push(match.index + match[0].length);
  return ({ line, column }) =>
    Math.min((starts[line - 1] ?? source.length) + Math.max(0, column), source.length);
}

/** Handlebars throws two kinds: its own Exception with a place, and the parser's with none, whose lexer then still stands there. */
function faultOf(
  error: unknown,
  source: string,
  offsetOf: (position: hbs.AST.Position) => number,
): Stretch & { message: string } {
  if (!(error instanceof Error) || error instanceof RangeError)
    return { message: 'nested too deeply', start: 0, end: source.length };
  const placed = error as Error & {
    lineNumber?: number;
    column?: number;
    endLineNumber?: number;
    endColumn?: number;
  };
  if (placed.lineNumber !== undefined) {
    const start = offsetOf({ line: placed.lineNumber, column: placed.column ?? 0 });
    const end = offsetOf({ line: placed.endLineNumber ?? placed.lineNumber, column: placed.endColumn ?? 0 });
    const text = error.message.replace(/ - \d+:\d+$/, '');
    const unmatched = /^(.*) doesn't match (.*)$/.exec(text);
    return {
      message: unmatched
        ? `{{#${unmatched[1] ?? ''}}} is closed by {{/${unmatched[2] ?? ''}}}`
        : text.charAt(0).toLowerCase() + text.slice(1),
      ...widen(start, end, source),
    };
  }
  const open = unclosedBlock(source);
  if (/got 'EOF'/.test(error.message)) {
    return open === undefined
      ? {
          message: 'the template ends inside {{ }}',
          ...widen(source.lastIndexOf('{{'), source.length, source),
        }
      : { message: `{{#${open.name}}} is never closed`, ...widen(open.start, open.end, source) };
  }
  const { lexer } = (handlebars as unknown as { Parser: { lexer: Lexer } }).Parser;
  const { first_line, first_column, last_line, last_column } = lexer.yylloc;
  const start = offsetOf({ line: first_line, column: first_column });
  const place = widen(start, offsetOf({ line: last_line, column: last_column }), source);
  const found = source.slice(place.start, place.end).trim();
  const instead = found === '' ? undefined : otherLanguage(found, source.slice(0, start));
  return {
    message:
      found === ''
        ? 'something is missing here'
        : `unexpected ${JSON.stringify(found.slice(0, 40))}${instead === undefined ? '' : `; ${instead}`}`,
    ...place,
  };
}

/** What to write instead of the syntax of another template language. */
function otherLanguage(found: string, before: string): string | undefined {
  const inside = before.slice(before.lastIndexOf('{{'));
  if (found.startsWith('|')) return 'a helper comes before its value: {{upper input.name}}';
  if (/^[<>=!&+*/%?-]/.test(found))
    return inside.startsWith('{{#if') || inside.startsWith('{{#unless')
      ? 'a template asks only whether a value is there; compute it in a "set" step before'
      : 'a template does not compute; use a "set" step before';
  if (found.startsWith('[') || found.startsWith('(')) return 'write list.[0] for an item of a list';
  return undefined;
}

interface Lexer {
  readonly yylloc: {
    readonly first_line: number;
    readonly first_column: number;
    readonly last_line: number;
    readonly last_column: number;
  };
}

function unclosedBlock(source: string): { name: string; start: number; end: number } | undefined {
  const open: { name: string; start: number; end: number }[] = [];
  for (const match of source.matchAll(/(?<!\\)\{\{~?([#^/])>?\s*([^\s}~]*)[^{}]*\}\}/g)) {
    const [text, sign, name = ''] = match;
    if (sign === '/') open.pop();
    else if (name !== '') open.push({ name, start: match.index, end: match.index + text.length });
  }
  return open.at(-1);
}

/** At least one character wide and inside the source. */
function widen(start: number, end: number, source: string): Stretch {
  const from = Math.max(0, Math.min(start, source.length - 1));
  return { start: from, end: Math.min(Math.max(end, from + 1), source.length) };
}
