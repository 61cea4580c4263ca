import { readFile } from 'node:fs/promises';
import type { CompletionItem, Position } from 'vscode-languageserver/node';
import { templateOffers } from '../expr/index.ts';
import { itemsOf } from './complete-text.ts';
import { partialNames } from './partials.ts';
import { placesOf } from './positions.ts';
import type { Project } from './project.ts';
import { emptyScope } from './text-scope.ts';

/** Helpers and partials in a file that is a template as a whole, whose names depend on who uses it. */
export async function completeTemplateFile(
  project: Project,
  path: string,
  position: Position,
): Promise<CompletionItem[]> {
  if (!path.endsWith('.hbs')) return [];
  const text = project.textOf(path) ?? (await readFile(path, 'utf8').catch(() => ''));
  const places = placesOf(text);
  const offset = places.offsetAt(position);
  const offers = templateOffers(text, offset, emptyScope, partialNames(project.root));
  return offers === undefined ? [] : itemsOf(offers, offset, { offset, places });
}
