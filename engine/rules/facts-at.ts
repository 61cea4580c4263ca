import type { ExpressionFact, Facts } from '../program/facts.ts';

/** Facts by the expression they are about; one that is looked at several times, such as in a profile, has several. */
export function factsByPlace(facts: Facts): ReadonlyMap<string, readonly ExpressionFact[]> {
  const known = byPlace.get(facts);
  if (known !== undefined) return known;
  const places = new Map<string, ExpressionFact[]>();
  for (const fact of facts.expressions) {
    const key = `${fact.file} ${fact.pointer} ${fact.offset}`;
    const known = places.get(key);
    if (known === undefined) places.set(key, [fact]);
    else known.push(fact);
  }
  byPlace.set(facts, places);
  return places;
}

/** Facts by the file that their expression stands in. */
export function factsByFile(facts: Facts): ReadonlyMap<string, readonly ExpressionFact[]> {
  const known = byFile.get(facts);
  if (known !== undefined) return known;
  const files = new Map<string, ExpressionFact[]>();
  for (const fact of facts.expressions) {
    const own = files.get(fact.file);
    if (own === undefined) files.set(fact.file, [fact]);
    else own.push(fact);
  }
  byFile.set(facts, files);
  return files;
}

/** Several rules ask for the same; facts are complete when rules see them. */
const byPlace = new WeakMap<Facts, ReadonlyMap<string, readonly ExpressionFact[]>>();
const byFile = new WeakMap<Facts, ReadonlyMap<string, readonly ExpressionFact[]>>();

/** How many parts of the expressions of a project have a type: each condition and value counts one, a template each read. */
export function typeCoverage(facts: Facts): { readonly typed: number; readonly untyped: number } {
  let typed = 0;
  let untyped = 0;
  for (const known of factsByPlace(facts).values()) {
    const last = known.at(-1);
    typed += last?.typed ?? 0;
    untyped += last?.untyped ?? 0;
  }
  return { typed, untyped };
}
