import type { Fix } from '../core/diagnostic.ts';

/**
 * A text with fixes applied, and how many were. Of two that touch the same place the later one is left out; the same change asked
 * for twice is made once and counts twice.
 */
export function applyFixes(
  text: string,
  fixes: readonly Fix[],
): { readonly text: string; readonly applied: number } {
  const taken = new Map<string, Fix['edits'][number]>();
  let applied = 0;
  for (const { edits } of fixes) {
    const isFree = edits.every(
      (edit) => taken.has(keyOf(edit)) || [...taken.values()].every((other) => !overlap(edit, other)),
    );
    if (!isFree) continue;
    for (const edit of edits) taken.set(keyOf(edit), edit);
    applied += 1;
  }
  const ordered = [...taken.values()].sort((one, other) => other.start - one.start || other.end - one.end);
  let result = text;
  for (const { start, end, text: replacement } of ordered)
    result = result.slice(0, start) + replacement + result.slice(end);
  return { text: result, applied };
}

type Edit = Fix['edits'][number];

function keyOf({ start, end, text }: Edit): string {
  return `${start} ${end} ${text}`;
}

/** Edits that touch count too: what stands between them decides what each means. */
function overlap(one: Edit, other: Edit): boolean {
  return one.start <= other.end && other.start <= one.end;
}
