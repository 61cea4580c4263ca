import { Problem } from '../../core/problem.ts';
import type { Documents } from '../../ports/store.ts';
import {
  entryKey,
  namespace,
  readEntries,
  split,
  type CompactionEntry,
  type Entry,
  type Marks,
} from '../entry.ts';
import type { Source } from '../work.ts';
import type { SessionEntry } from '../../core/records/conversation.ts';

export type { SessionEntry } from '../../core/records/conversation.ts';

/** An entry of a conversation with its place, 0 for the first, and when it was first written. */
export interface PlacedEntry {
  readonly place: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly entry: Entry;
}

/** Which entries to give. */
export interface EntryPage {
  /** `oldest` first (default), or `newest` first. */
  readonly order?: 'oldest' | 'newest';
  /** Only what comes behind this one, in that order. */
  readonly after?: string;
  /** 1 to 1000, default 100. */
  readonly limit?: number;
}

/** Some entries, and the id to go on behind when there are more. */
export interface EntryList {
  readonly entries: readonly SessionEntry[];
  readonly next?: string;
}

/** A page of what is stored of a session. Costs as much as the page, however long the session is. */
export async function pageEntries(
  documents: Documents,
  key: string,
  { order = 'oldest', after, limit = 100 }: EntryPage,
): Promise<EntryList> {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new Problem('invalid_request', '"limit" must be a whole number from 1 to 1000');
  const cursor = after === undefined ? undefined : placeOf(after);
  const end =
    order === 'newest' || cursor !== undefined ? await endOf(documents, key) : Number.MAX_SAFE_INTEGER;
  const [from, to] =
    order === 'oldest'
      ? [cursor === undefined ? 0 : cursor + 1, (cursor ?? -1) + 1 + limit]
      : [Math.max(0, Math.min(cursor ?? end, end) - limit), Math.min(cursor ?? end, end)];
  // One more tells whether there are more.
  const found = await placedEntries(documents, key, from, order === 'oldest' ? to + 1 : to);
  const page = order === 'oldest' ? found.slice(0, limit) : [...found].reverse();
  const hasMore = order === 'oldest' ? found.length > limit : from > 0;
  const first = page.length === 0 ? 0 : Math.min(...page.map(({ place }) => place));
  let source = await sourceBefore(documents, key, first, found);
  const seen = new Map<number, SessionEntry>();
  for (const placed of found) {
    source = sourceOf(placed.entry) ?? source;
    seen.set(placed.place, shownAs(placed, source));
  }
  const entries = page.flatMap(({ place }) => seen.get(place) ?? []);
  const last = entries.at(-1);
  return { entries, ...(hasMore && last !== undefined ? { next: last.id } : {}) };
}

/** Entries of some places, in order. */
export async function placedEntries(
  documents: Documents,
  key: string,
  from: number,
  to: number,
): Promise<readonly PlacedEntry[]> {
  if (to <= from) return [];
  const entries = await readEntries(documents, key, from, to);
  const placed: PlacedEntry[] = [];
  for (let start = 0; start < entries.length; start += pageSize) {
    const some = entries.slice(start, start + pageSize);
    const times = await documents.keys(namespace, {
      prefix: `${key}.`,
      after: from + start === 0 ? '' : entryKey(key, from + start - 1),
      limit: some.length,
    });
    some.forEach((entry, index) =>
      placed.push({ place: from + start + index, at: entry.at ?? times[index]?.at ?? 0, entry }),
    );
  }
  return placed;
}

const pageSize = 1_000;

/** How many entries a session has, found in as many steps as the number has digits. */
export async function endOf(documents: Documents, key: string): Promise<number> {
  const has = async (place: number): Promise<boolean> =>
    (await documents.keys(namespace, { prefix: entryKey(key, place), limit: 1 })).length > 0;
  if (!(await has(0))) return 0;
  let low = 0;
  let high = 1;
  while (await has(high)) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await has(middle)) low = middle;
    else high = middle;
  }
  return high;
}

/** The place that an id names. Throws Problem `invalid_request`. */
export function placeOf(id: string): number {
  if (/^(0|[1-9]\d{0,7})$/.test(id)) return Number(id);
  throw new Problem('invalid_request', `"${id}" is not the id of an entry`);
}

/** The source that holds before a page: that of the last request before it. */
async function sourceBefore(
  documents: Documents,
  key: string,
  first: number,
  found: readonly PlacedEntry[],
): Promise<Source> {
  const [start] = found;
  if (first === 0 || (start !== undefined && sourceOf(start.entry) !== undefined)) return 'prompt';
  const step = 32;
  for (let to = first; to > 0; to -= step) {
    const before = await readEntries(documents, key, Math.max(0, to - step), to);
    const source = before.map(sourceOf).findLast((one) => one !== undefined);
    if (source !== undefined) return source;
  }
  return 'prompt';
}

/** The source that an entry sets for itself and those behind it; undefined when it says nothing of it. */
function sourceOf(entry: Entry): Source | undefined {
  if (entry.role === 'compaction') return undefined;
  return entry.source ?? (entry.operation === undefined ? undefined : 'prompt');
}

function shownAs({ place, at, entry }: PlacedEntry, source: Source): SessionEntry {
  const shown = { id: String(place), at: new Date(at).toISOString() };
  if (entry.role === 'compaction') {
    const { summary, from } = entry satisfies CompactionEntry;
    return { ...shown, kind: 'compaction', summary, from: String(from) };
  }
  const { message, marks } = split(entry);
  const { operation } = marks satisfies Marks;
  return { ...shown, kind: 'message', source, ...(operation === undefined ? {} : { operation }), message };
}
