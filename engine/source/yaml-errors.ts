import { isCollection, isScalar, visit, type Document, type YAMLError } from 'yaml';
import type { Fix } from '../core/diagnostic.ts';
import { tabIndent } from './yaml-tabs.ts';

/** A finding about YAML text; offsets count in the text that was parsed. */
export interface YamlFinding {
  readonly rule: string;
  readonly message: string;
  readonly start: number;
  readonly end: number;
  /** Its offsets count in the text that was parsed, too. */
  readonly fix?: Fix;
}

/** Findings of one text at most, and errors of the parser that are looked at. */
const maxFindings = 100;
const maxErrors = 1000;

/** The errors of a parsed document in our words: one a line, the first hundred, without those that only follow from an earlier one. */
export function explainYamlErrors(document: Document, text: string): YamlFinding[] {
  const findings: YamlFinding[] = [];
  const seen = new Set<number>();
  const tab = document.errors.length === 0 ? undefined : tabIndent(document, text);
  if (tab?.fix !== undefined) return [tab];
  const errors = [...document.errors].sort((a, b) => a.pos[0] - b.pos[0]).slice(0, maxErrors);
  for (const error of errors) {
    if ((tab !== undefined && error.pos[0] >= tab.start) || findings.length >= maxFindings) break;
    const lineStart = text.lastIndexOf('\n', error.pos[0] - 1) + 1;
    if (seen.has(lineStart) || (findings.length > 0 && followsFromAnother(error))) continue;
    seen.add(lineStart);
    const open = unclosed(error, document, text);
    if (open !== undefined) {
      findings.push(open);
      continue;
    }
    const lineEnd = text.indexOf('\n', lineStart);
    const line = text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd).trimEnd();
    findings.push({
      rule: 'yaml/syntax',
      message: explain(error, text, line),
      ...spanOf(error, lineStart, line),
    });
  }
  if (tab !== undefined) findings.push(tab);
  return findings;
}

/** An end that is missing is reported where it began, not where the parser gave up. */
function unclosed({ message, pos }: YAMLError, document: Document, text: string): YamlFinding | undefined {
  const wanted =
    /^Missing closing (["'])quote$/.exec(message)?.[1] ?? /end with a ([\]}])$/.exec(message)?.[1];
  if (wanted === undefined) return undefined;
  const opener = wanted === ']' ? '[' : wanted === '}' ? '{' : wanted;
  let start: number | undefined;
  visit(document, (_key, node) => {
    if (!isScalar(node) && !isCollection(node)) return;
    const [from, to] = node.range ?? [0, 0];
    if (text[from] === opener && from < pos[0] && pos[0] <= Math.max(to, from) + 1) start = from;
  });
  if (start === undefined) return undefined;
  const name = wanted === '"' ? 'double quote' : wanted === "'" ? 'single quote' : `"${wanted}"`;
  return { rule: 'yaml/syntax', message: `the closing ${name} is missing`, start, end: start + 1 };
}

function followsFromAnother({ code, message }: YAMLError): boolean {
  return code === 'MULTIPLE_DOCS' || code === 'UNEXPECTED_TOKEN' || message.includes('in YAML');
}

function spanOf({ pos }: YAMLError, lineStart: number, line: string): { start: number; end: number } {
  const start = Math.min(pos[0], lineStart + line.length);
  return { start, end: Math.max(start, Math.min(pos[1], lineStart + line.length)) };
}

function explain({ code, message, pos }: YAMLError, text: string, line: string): string {
  const glued = /^\s*(?:- +)*([A-Za-z_][\w-]*):(?=[^\s:/])/.exec(line);
  switch (code) {
    case 'BAD_SCALAR_START':
      return `text cannot start with "${text[pos[0]] ?? ''}"; quote it`;
    case 'MULTIPLE_DOCS':
      return 'a file holds one document; "---" starts a second one';
    case 'BAD_ALIAS':
      return 'an alias cannot be used like this';
    case 'MISSING_CHAR':
    case 'MULTILINE_IMPLICIT_KEY':
    case 'UNEXPECTED_TOKEN':
      if (glued !== null) return `a space is missing after "${glued[1] ?? ''}:"`;
      return plainMessage(message);
    default:
      return plainMessage(message);
  }
}

function plainMessage(message: string): string {
  const quoted = /^Missing closing (["'])quote$/.exec(message);
  if (quoted !== null) return `the closing ${quoted[1] === '"' ? 'double' : 'single'} quote is missing`;
  if (message.startsWith('Implicit map keys need')) return 'a key needs a colon and a space after it';
  if (message.startsWith('Implicit keys need'))
    return 'a key must be on one line, with a colon and a space after it';
  const text = message.replace(/ in YAML (?:stream|document)/, '').replace(/\.$/, '');
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
