import type { Diagnostic } from '../../core/diagnostic.ts';
import { placesFrom } from './places.ts';

/** Diagnostics as workflow commands of GitHub Actions, which show them beside the changed lines. */
export function githubReport(
  diagnostics: readonly Diagnostic[],
  { project }: { readonly project: string },
): string {
  const nameOf = placesFrom(project);
  return diagnostics
    .map(({ level, rule, message, file, range, hint }) => {
      const properties: Record<string, string | number> = {
        file: nameOf(file),
        ...(range === undefined
          ? {}
          : {
              line: range.start.line,
              endLine: range.end.line,
              // Columns are only understood within one line.
              ...(range.start.line === range.end.line
                ? { col: range.start.column, endColumn: Math.max(range.end.column - 1, range.start.column) }
                : {}),
            }),
        title: rule,
      };
      const list = Object.entries(properties).map(([key, value]) => `${key}=${property(String(value))}`);
      const command = { error: 'error', warning: 'warning', info: 'notice' }[level];
      return `::${command} ${list.join(',')}::${data(hint === undefined ? message : `${message} (${hint})`)}`;
    })
    .join('\n');
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
