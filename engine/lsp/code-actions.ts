import {
  CodeActionKind,
  type CodeAction,
  type CodeActionParams,
  type Diagnostic as LspDiagnostic,
  type TextEdit,
} from 'vscode-languageserver/node';
import type { Fix } from '../core/diagnostic.ts';
import type { FindingData } from './findings.ts';
import { fixAll, fixAllKind } from './fix-all.ts';
import { ignoreHere } from './ignore-action.ts';
import { placesOf, type TextPlaces } from './positions.ts';
import { sourceOf, type Project } from './project.ts';

/**
 * What can be done about the findings of a range: the fix they bring, the words they suggest, and a comment that ignores them. Asked for
 * it, also all safe fixes of the file at once.
 */
export async function codeActions(
  project: Project,
  path: string,
  { context, textDocument: { uri } }: CodeActionParams,
): Promise<CodeAction[]> {
  const analysis = await project.analysis();
  const source = sourceOf(analysis, path);
  if (source === undefined) return [];
  const places = placesOf(source.text);
  const wants = (kind: string): boolean =>
    context.only?.some((wanted) => kind === wanted || kind.startsWith(`${wanted}.`)) ?? kind !== fixAllKind;
  const whole = wants(fixAllKind) ? fixAll(analysis, source, places) : undefined;
  const all: CodeAction[] =
    whole === undefined
      ? []
      : [{ title: 'Make all safe fixes', kind: fixAllKind, edit: { changes: { [uri]: [whole] } } }];
  if (!wants(CodeActionKind.QuickFix)) return all;
  const single = context.diagnostics.flatMap((diagnostic) => {
    const data = dataOf(diagnostic);
    if (data === undefined) return [];
    const action = (title: string, edits: readonly TextEdit[], isPreferred = false): CodeAction => ({
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      edit: { changes: { [uri]: [...edits] } },
      ...(isPreferred ? { isPreferred } : {}),
    });
    const { fix } = data;
    const fixed = fix === undefined ? [] : [action(capital(fix.title), editsOf(fix, places), fix.safe)];
    const words = replacements(diagnostic, data, source.text, places)
      .filter(({ newText }) => fix?.edits.every(({ text }) => text !== newText) ?? true)
      .map((edit, index) =>
        action(`Replace with "${unquoted(edit.newText)}"`, [edit], fix === undefined && index === 0),
      );
    const ignore = ignoreHere(source, diagnostic.range, data.rule, places);
    return [
      ...fixed,
      ...words,
      ...(ignore === undefined ? [] : [action(`Ignore ${data.rule} here`, [ignore])]),
    ];
  });
  return [...single, ...all];
}

function editsOf(fix: Fix, places: TextPlaces): TextEdit[] {
  return fix.edits.map(({ start, end, text }) => ({ range: places.rangeOf(start, end), newText: text }));
}

/** The suggested words in place of the one that the finding points at, quoted as it is. */
function replacements(
  { range }: LspDiagnostic,
  { suggestions = [] }: FindingData,
  text: string,
  places: TextPlaces,
): TextEdit[] {
  const written = text.slice(places.offsetAt(range.start), places.offsetAt(range.end));
  const [, quote = '', word = ''] = /^(["']?)([^"'\r\n]*)\1$/.exec(written) ?? [];
  if (word === '' || suggestions.includes(word)) return [];
  return suggestions.map((suggestion) => {
    const isQuoted = /^["']/.test(suggestion);
    return { range, newText: isQuoted ? suggestion : quote + suggestion + quote };
  });
}

function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function dataOf({ source, data }: LspDiagnostic): FindingData | undefined {
  const isOurs = source === 'engine' && typeof data === 'object' && data !== null && 'rule' in data;
  return isOurs ? (data as FindingData) : undefined;
}
