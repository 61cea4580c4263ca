import type { Diagnostic } from '../../core/diagnostic.ts';
import { placeOf, placesFrom } from './places.ts';

/**
 * Diagnostics for models that repair their own files, a line each: level, place, rule, message, and the exact change that cures it
 * where one is known.
 */
export function agentLines(
  diagnostics: readonly Diagnostic[],
  { project, texts }: { readonly project: string; readonly texts: ReadonlyMap<string, string> },
): string {
  const nameOf = placesFrom(project);
  return diagnostics
    .map(({ level, rule, message, hint, file, range, fix }) => {
      const [edit] = fix?.edits ?? [];
      const text = texts.get(file);
      const change =
        edit === undefined || text === undefined
          ? ''
          : `; change ${JSON.stringify(text.slice(edit.start, edit.end))} to ${JSON.stringify(edit.text)}`;
      const said = `${message}${hint === undefined ? '' : ` (${hint})`}${change}`;
      return `${level} ${placeOf(nameOf(file), range)} ${rule}: ${said.replaceAll(/\s*\n\s*/g, ' ')}`;
    })
    .join('\n');
}
