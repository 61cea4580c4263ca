/**
 * The candidates closest to a misspelt word, best first, at most `limit` (default 1).
 * Empty when nothing is near enough to be a likely slip.
 */
export function suggest(word: string, candidates: Iterable<string>, limit = 1): string[] {
  const lower = word.toLowerCase();
  const allowed = Math.max(1, Math.floor(word.length / 3));
  return [...candidates]
    .map((candidate) => ({ candidate, distance: editDistance(lower, candidate.toLowerCase()) }))
    .filter(({ candidate, distance: d }) => candidate !== word && d <= allowed && d < word.length)
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** The end of a message about an unknown word: the likely word, or up to six choices, or nothing. */
export function choices(word: string, candidates: Iterable<string>): string {
  const all = [...candidates].sort();
  const [near] = suggest(word, all);
  if (near !== undefined) return `; did you mean "${near}"?`;
  if (all.length === 0) return '';
  const shown = all.slice(0, 6).map((candidate) => `"${candidate}"`);
  return `; expected one of ${shown.join(', ')}${all.length > 6 ? ', …' : ''}`;
}

/** Damerau-Levenshtein distance (optimal string alignment): a swap of neighbours counts one. */
export function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 8) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
