import type { Diagnostic } from '../../core/diagnostic.ts';
import type { Colors } from '../terminal.ts';
import { placesFrom } from './places.ts';

/**
 * Diagnostics for people, a line each below the name of their file: place, level, message, rule.
 * @param project folder the diagnostics' files are relative to.
 */
export function stylishReport(
  diagnostics: readonly Diagnostic[],
  { project, colors }: { readonly project: string; readonly colors: Colors },
): string {
  const nameOf = placesFrom(project);
  const files = new Map<string, Diagnostic[]>();
  for (const diagnostic of diagnostics) {
    const { file } = diagnostic;
    files.set(file, [...(files.get(file) ?? []), diagnostic]);
  }
  return [...files]
    .map(([file, found]) => {
      const width = Math.max(...found.map((diagnostic) => place(diagnostic).length));
      const lines = found.map((diagnostic) => {
        const { level, message, rule, hint } = diagnostic;
        const paint = { error: colors.red, warning: colors.yellow, info: colors.cyan }[level];
        const start = `  ${colors.dim(place(diagnostic).padStart(width))}  ${paint(level.padEnd(7))}  `;
        return `${start}${hint === undefined ? message : `${message} (${hint})`}  ${colors.dim(rule)}\n`;
      });
      return `${colors.underline(nameOf(file))}\n${lines.join('')}`;
    })
    .join('\n');
}

function place({ range }: Diagnostic): string {
  return range === undefined ? '-' : `${range.start.line}:${range.start.column}`;
}
