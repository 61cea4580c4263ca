/** A document of an index: a name, and what is said of it. */
export interface Ranked {
  readonly name: string;
  readonly description: string;
}

/** An index over documents. */
export interface RankIndex<T extends Ranked> {
  /** The best documents for a query, best first; only those that have a word of it. */
  search(query: string, limit: number): readonly { readonly item: T; readonly score: number }[];
}

/** How soon more of the same word counts no more, and how much the length of a document counts. */
const [saturation, lengthWeight] = [1.5, 0.75];
/** A word of the name counts as often as this. */
const nameWeight = 3;

/** An index that ranks documents by BM25. */
export function rankIndex<T extends Ranked>(items: readonly T[]): RankIndex<T> {
  const postings = new Map<string, Map<number, number>>();
  const lengths = items.map((item, at) => {
    const words = [
      ...Array.from({ length: nameWeight }, () => wordsOf(item.name)).flat(),
      ...wordsOf(item.description),
    ];
    for (const word of words) {
      const found = postings.get(word) ?? new Map<number, number>();
      found.set(at, (found.get(at) ?? 0) + 1);
      postings.set(word, found);
    }
    return words.length;
  });
  const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length) || 1;
  return {
    search(query, limit) {
      const scores = new Map<number, number>();
      for (const word of new Set(wordsOf(query))) {
        const found = postings.get(word);
        if (found === undefined) continue;
        const rarity = Math.log(1 + (items.length - found.size + 0.5) / (found.size + 0.5));
        for (const [at, count] of found) {
          const norm = 1 - lengthWeight + (lengthWeight * (lengths[at] ?? 0)) / average;
          const score = (rarity * count * (saturation + 1)) / (count + saturation * norm);
          scores.set(at, (scores.get(at) ?? 0) + score);
        }
      }
      return [...scores]
        .sort(([a, scoreA], [b, scoreB]) => scoreB - scoreA || a - b)
        .slice(0, limit)
        .flatMap(([at, score]) => {
          const item = items[at];
          return item === undefined ? [] : [{ item, score: Math.round(score * 1_000) / 1_000 }];
        });
    },
  };
}

/** Words that say nothing of what a tool does. */
const empty: ReadonlySet<string> = new Set('a an and by for from in is of on or the to with'.split(' '));

/** The words of a text in lower case, those of `camelCase` and `snake_case` apart, without a plural `s`. */
function wordsOf(text: string): string[] {
  const apart = text.replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2').toLowerCase();
  const words = (apart.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => !empty.has(word));
  return words.map((word) =>
    word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word,
  );
}
