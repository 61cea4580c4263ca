import type { Diagnostic } from '../../core/diagnostic.ts';
import { placeOf, placesFrom } from './places.ts';

/** Diagnostics as a Markdown table, for summaries of CI and comments. Without findings it says so. */
export function markdownReport(
  diagnostics: readonly Diagnostic[],
  { project }: { readonly project: string },
): string {
  if (diagnostics.length === 0) return 'No findings.';
  const nameOf = placesFrom(project);
  const rows = diagnostics.map(({ level, rule, message, hint, file, range }) => {
    const said = hint === undefined ? message : `${message} (${hint})`;
    return `| ${level} | \`${placeOf(nameOf(file), range)}\` | ${cell(said)} | \`${rule}\` |`;
  });
  return ['| level | place | finding | rule |', '|---|---|---|---|', ...rows].join('\n');
}

function cell(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replaceAll(/\r?\n/g, ' ');
}
