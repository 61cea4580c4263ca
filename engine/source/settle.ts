import type { Diagnostic } from '../core/diagnostic.ts';
import type { Candidate } from './discover.ts';

/**
 * Leaves one candidate of each kind and name: of two in different roots the one in the later root wins, with a warning;
 * two in one root are an error, and the first stays.
 */
export function settle(candidates: readonly Candidate[]): {
  candidates: Candidate[];
  diagnostics: Diagnostic[];
} {
  const chosen = new Map<string, Candidate>();
  const diagnostics: Diagnostic[] = [];
  for (const candidate of candidates) {
    const { name, file } = candidate;
    const kind = candidate.of ?? candidate.kind;
    const key = `${kind} ${name}`;
    const other = chosen.get(key);
    if (other === undefined) chosen.set(key, candidate);
    else if (other.root === candidate.root) {
      diagnostics.push({
        rule: 'ref/duplicate-name',
        level: 'error',
        message: `two files describe the ${kind} "${name}": "${other.file}" and "${file}"`,
        file,
        related: [{ file: other.file, message: 'the other one' }],
      });
    } else {
      const [winner, loser] = candidate.root > other.root ? [candidate, other] : [other, candidate];
      chosen.set(key, winner);
      diagnostics.push({
        rule: 'ref/shadowed',
        level: 'warning',
        message: `the ${kind} "${name}" of "${winner.file}" hides the one of "${loser.file}"`,
        file: winner.file,
        related: [{ file: loser.file, message: 'this file is not used' }],
      });
    }
  }
  return { candidates: [...chosen.values()], diagnostics };
}
