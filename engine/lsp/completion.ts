import { TextEdit, type CompletionItem, type MarkupContent } from 'vscode-languageserver/node';
import type { Analysis } from '../compiler.ts';
import type { Source } from '../source/index.ts';
import type { TextPlaces } from './positions.ts';
import type { Project } from './project.ts';
import type { RulePages } from './rule-pages.ts';

/** The file and the place in it where something is to be completed. */
export interface Completing {
  readonly project: Project;
  readonly analysis: Analysis;
  readonly source: Source;
  /** Where the cursor is in the text of the file. */
  readonly offset: number;
  readonly places: TextPlaces;
  readonly pages: RulePages;
}

/** Text that an editor shows as Markdown. */
export function markdown(value: string): MarkupContent {
  return { kind: 'markdown', value };
}

/** An item that replaces the characters around the cursor: so many before it, and so many behind. */
export function replacing(
  { offset, places }: Pick<Completing, 'offset' | 'places'>,
  before: number,
  after: number,
  item: CompletionItem & { readonly newText?: string },
): CompletionItem {
  const { newText = item.label, ...rest } = item;
  const range = places.rangeOf(offset - before, offset + after);
  return {
    ...rest,
    filterText: item.filterText ?? newText.trimEnd(),
    textEdit: TextEdit.replace(range, newText),
  };
}

/** How much of a word stands before and behind the cursor. */
export function wordAround(
  { text }: Source,
  offset: number,
  letters = /[\w$.-]/,
): [before: number, after: number] {
  let [start, end] = [offset, offset];
  while (start > 0 && letters.test(text[start - 1] ?? '')) start -= 1;
  while (end < text.length && letters.test(text[end] ?? '')) end += 1;
  return [offset - start, end - offset];
}

/** A key for sorting: what comes first, in the order given. */
export function order(group: number, index: number): string {
  return `${group}${String(index).padStart(4, '0')}`;
}
