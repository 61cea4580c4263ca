/** Where the next page of a list begins: behind the last one of a full page; null when nothing can follow. */
export function nextOf<T>(page: readonly T[], limit: number, idOf: (one: T) => string): string | null {
  const last = page.at(-1);
  return last === undefined || page.length < limit ? null : idOf(last);
}
