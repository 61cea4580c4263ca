import { parseDocument, type Document } from 'yaml';
import type { Edit, Fix } from '../core/diagnostic.ts';

/** A tab that YAML does not take for indentation; offsets count in the text that was parsed, those of the fix too. */
export interface TabIndent {
  readonly rule: 'yaml/tab-indent';
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly fix?: Fix;
}

/** Errors of the parser that are looked at. */
const maxErrors = 1000;

/** The first line of a faulty document that a tab spoils; what the parser says from there on follows from it. */
export function tabIndent(document: Document, text: string): TabIndent | undefined {
  let first: { readonly start: number; readonly end: number } | undefined;
  for (const { code, pos } of document.errors.slice(0, maxErrors)) {
    const lineStart = text.lastIndexOf('\n', pos[0] - 1) + 1;
    const head = indentOf(text, lineStart);
    if (!head.includes('\t') || (code !== 'TAB_AS_INDENT' && pos[0] > lineStart + head.length)) continue;
    if (first === undefined || lineStart < first.start)
      first = { start: lineStart, end: lineStart + head.lastIndexOf('\t') + 1 };
  }
  if (first === undefined) return undefined;
  const fix = fixOf(text);
  return {
    rule: 'yaml/tab-indent',
    message: 'tabs cannot indent YAML; indent with spaces, two for each level',
    ...first,
    ...(fix === undefined ? {} : { fix }),
  };
}

/** Texts longer than this are not parsed again to see whether spaces cure them. */
const longest = 50_000;

/** Spaces in place of the tabs, when the text is right with them. */
function fixOf(text: string): Fix | undefined {
  if (text.length > longest) return undefined;
  for (const width of [2, 4, 8]) {
    const edits = spacesFor(text, width);
    const draft = edited(text, edits);
    const { errors } = parseDocument(draft, { prettyErrors: false, logLevel: 'error', uniqueKeys: false });
    // In a block of text a tab may be meant.
    const safe = !/[|>][-+\d]{0,2}[ \t]*(?:#.*)?$/m.test(text);
    if (errors.length === 0) return { title: 'indent with spaces', safe, edits };
  }
  return undefined;
}

function edited(text: string, edits: readonly Edit[]): string {
  const parts = edits.map(
    ({ start, text: spaces }, index) => text.slice(edits[index - 1]?.end ?? 0, start) + spaces,
  );
  return parts.join('') + text.slice(edits.at(-1)?.end ?? 0);
}

/** One edit for each indentation that holds a tab; a tab reaches to the next multiple of `width`, as in editors. */
function spacesFor(text: string, width: number): Edit[] {
  const edits: Edit[] = [];
  for (let at = 0; at !== -1 && at < text.length; at = nextLine(text, at)) {
    const head = indentOf(text, at);
    if (!head.includes('\t')) continue;
    let spaced = '';
    for (const character of head)
      spaced += character === '\t' ? ' '.repeat(width - (spaced.length % width)) : character;
    edits.push({ start: at, end: at + head.length, text: spaced });
  }
  return edits;
}

function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? -1 : end + 1;
}

/** White space at the start of a line, with the dashes of list items in it. */
function indentOf(text: string, lineStart: number): string {
  const end = text.indexOf('\n', lineStart);
  const line = text.slice(lineStart, end === -1 ? text.length : end);
  return /^(?:[ \t]*-(?=[ \t]))*[ \t]*/.exec(line)?.[0] ?? '';
}
