import { nextOf } from '../../core/next-of.ts';

/** Characters of JSON after which a page ends, however few items it has. */
export const pageCharacters = 4 * 1024 * 1024;

/** Some items of a list, and behind which id the next ones are; null when there are no more. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** A page that is asked for. */
export interface WantedPage<T> {
  /** Most items of it. */
  readonly limit: number;
  /** The id that it begins behind; from the first item without one. */
  readonly from: string | undefined;
  idOf(item: T): string;
  /** Gives at most so many items behind an id. */
  read(from: string | undefined, limit: number): Promise<ListPage<T>>;
}

/**
 * A page of a list. It ends before its limit where items are large, so that no question makes the server hold all of a store: after 4 MiB
 * of JSON, or with its first item, whatever that takes.
 */
export async function boundedPage<T>({ limit, from, idOf, read }: WantedPage<T>): Promise<ListPage<T>> {
  const items: T[] = [];
  let characters = 0;
  for (let behind = from; ;) {
    const found = await read(behind, Math.min(limit - items.length, wanted(items.length, characters)));
    for (const item of found.items) {
      characters += JSON.stringify(item).length;
      if (items.length > 0 && characters > pageCharacters) return { items, next: behind ?? null };
      items.push(item);
      behind = idOf(item);
    }
    if (found.next === null || items.length === limit) return { items, next: found.next };
    behind = found.next;
  }
}

/** Reads a list that tells by fewer items than were asked for that there are no more. */
export function listReader<T>(
  idOf: (item: T) => string,
  list: (page: { readonly limit: number; readonly before?: string }) => Promise<readonly T[]>,
): WantedPage<T>['read'] {
  return async (before, limit) => {
    const items = await list({ limit, ...(before === undefined ? {} : { before }) });
    return { items, next: nextOf(items, limit, idOf) };
  };
}

/** How many items are read next: few, until it is known how large they are, then about as many as are left to the page. */
function wanted(count: number, characters: number): number {
  if (count === 0) return firstRead;
  const left = (pageCharacters - characters) / (characters / count);
  return Math.max(1, Math.min(mostRead, Math.ceil(left)));
}

const firstRead = 4;
const mostRead = 100;
