import type { CompletionItem, Position } from 'vscode-languageserver/node';
import { completeKeys } from './complete-keys.ts';
import { completeText, languageAt } from './complete-text.ts';
import { completeTemplateFile } from './complete-template-file.ts';
import { completeValue } from './complete-value.ts';
import { cursorsIn } from './marked.ts';
import { placesOf } from './positions.ts';
import { sourceOf, type Project } from './project.ts';
import type { RulePages } from './rule-pages.ts';

/** What may be written at a position of a file: keys, values, names, and what expressions and templates may read. */
export async function complete(
  project: Project,
  path: string,
  position: Position,
  pages: RulePages,
): Promise<CompletionItem[]> {
  const analysis = await project.analysis();
  const source = sourceOf(analysis, path);
  if (source === undefined) return completeTemplateFile(project, path, position);
  const places = placesOf(source.text);
  const offset = places.offsetAt(position);
  const items: CompletionItem[] = [];
  for (const cursor of cursorsIn(source, offset)) {
    const at = { project, analysis, source, offset, places, pages };
    if (cursor.part === 'key') items.push(...completeKeys(cursor, at));
    else {
      const language = languageAt(cursor.text, cursor.offset);
      items.push(...(language === 'plain' ? completeValue(cursor, at) : []));
      items.push(...(await completeText(cursor, at, language)));
    }
  }
  return items;
}
