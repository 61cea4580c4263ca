import type { Diagnostic } from '../core/diagnostic.ts';
import type { Source } from '../source/index.ts';
import { suggestedFix, type SuggestedFix } from './suggested-fix.ts';

/**
 * The diagnostics with a fix wherever what they suggest can be written in place of what is there. Fixes that they bring stay. Where
 * several findings ask for the same word it is as likely that the one declaration is misspelt, so none of these fixes is safe.
 */
export function withFixes(
  diagnostics: readonly Diagnostic[],
  sources: readonly Source[],
): readonly Diagnostic[] {
  const byFile = new Map(sources.map((source) => [source.file, source]));
  const counts = new Map<string, number>();
  const found = diagnostics.map((diagnostic): SuggestedFix | undefined => {
    if (diagnostic.fix !== undefined) return undefined;
    const source = byFile.get(diagnostic.file);
    const suggested = source === undefined ? undefined : suggestedFix(diagnostic, source);
    if (suggested?.change !== undefined)
      counts.set(suggested.change, (counts.get(suggested.change) ?? 0) + 1);
    return suggested;
  });
  return diagnostics.map((diagnostic, index) => {
    const suggested = found[index];
    if (suggested === undefined) return diagnostic;
    const { fix, change } = suggested;
    const isAlone = change === undefined || counts.get(change) === 1;
    return { ...diagnostic, fix: { ...fix, safe: fix.safe && isAlone } };
  });
}
