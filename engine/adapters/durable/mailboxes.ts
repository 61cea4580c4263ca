/** Work of one key in the order it came, at most so many at a time. */
export interface Mailboxes<T> {
  /** Whether work of a key would have its turn at once. */
  hasRoom(key: string, limit: number): boolean;
  /** Puts work behind all other of its key; gives how many are before it and whether its turn has come. */
  enter(
    key: string,
    id: string,
    work: T,
    limit: number,
  ): { readonly before: number; readonly isTurn: boolean };
  /** Takes work out, done or not; gives what has its turn now. */
  leave(key: string, id: string): readonly T[];
  /** Ids of a key in order. */
  ids(key: string): readonly string[];
  /** How many there are of a key. */
  count(key: string): number;
}

interface Place<T> {
  readonly id: string;
  readonly work: T;
  readonly limit: number;
  isAtWork: boolean;
}

/** No work yet. Work without a key (the empty text) never waits. */
export function createMailboxes<T>(): Mailboxes<T> {
  const places = new Map<string, Place<T>[]>();

  const hasRoom = (key: string, limit: number): boolean =>
    key === '' || (places.get(key)?.length ?? 0) < limit;

  return {
    hasRoom,
    enter(key, id, work, limit) {
      if (key === '') return { before: 0, isTurn: true };
      const all = places.get(key) ?? [];
      const isTurn = hasRoom(key, limit);
      const before = all.length;
      all.push({ id, work, limit, isAtWork: isTurn });
      places.set(key, all);
      return { before, isTurn };
    },
    leave(key, id) {
      const all = places.get(key) ?? [];
      const index = all.findIndex((place) => place.id === id);
      if (index !== -1) all.splice(index, 1);
      if (all.length === 0) places.delete(key);
      const next: T[] = [];
      for (const [before, place] of all.entries()) {
        // Nobody behind one that waits goes before it, however long the queue is.
        if (before >= place.limit) break;
        if (!place.isAtWork) next.push(place.work);
        place.isAtWork = true;
      }
      return next;
    },
    count: (key) => places.get(key)?.length ?? 0,
    ids: (key) => (places.get(key) ?? []).map(({ id }) => id),
  };
}
