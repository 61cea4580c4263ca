import { createHash } from 'node:crypto';
import type { Diagnostic } from '../core/diagnostic.ts';

/**
 * Fingerprints of diagnostics, in their order: `<hash>:<n>`. The hash is of rule, file and text of the line, so that a finding keeps
 * its fingerprint when lines are added above it; `n` counts equal ones from 1.
 */
export function fingerprints(
  diagnostics: readonly Diagnostic[],
  texts: ReadonlyMap<string, string>,
): readonly string[] {
  const lines = new Map([...texts].map(([file, text]) => [file, text.split(/\r\n?|\n/)]));
  const seen = new Map<string, number>();
  return diagnostics.map(({ rule, file, range, message }) => {
    const line = range === undefined ? undefined : lines.get(file)?.[range.start.line - 1];
    const hash = createHash('sha256')
      .update(JSON.stringify([rule, file, line?.trim() ?? message]))
      .digest('hex')
      .slice(0, 16);
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    return `${hash}:${count}`;
  });
}
