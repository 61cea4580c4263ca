import type { Json } from '../core/json.ts';
import type { Message, Usage } from '../core/message.ts';
import type { Documents } from '../ports/store.ts';
import type { Source } from './work.ts';

/** What a stored message says of itself besides what the model sees. */
export interface Marks {
  /** Key of the operation that asked with it. */
  readonly operation?: string;
  /** Submission that put it to the operation under way. */
  readonly joined?: string;
  /** Of a model's answer: tokens of the whole call, system prompt and answer included, as the provider counted them. */
  readonly tokens?: number;
  /** What it came from, when that was no plain prompt. */
  readonly source?: Source;
  /** Milliseconds since 1970 at which the entry was first written; only of one that was copied. */
  readonly at?: number;
}

/** Everything before a place of the history, in short. Written behind what it sums up, which stays. */
export interface CompactionEntry {
  readonly role: 'compaction';
  /** See `Marks`. */
  readonly at?: number;
  readonly reason: CompactionReason;
  /** What the model wrote; covers also what the summary before it covered. */
  readonly summary: string;
  /** What the model is told instead of the messages left out. */
  readonly text: string;
  /** Place of the first message that the model still sees. */
  readonly from: number;
  /** Key of the operation that compacted. */
  readonly operation: string;
  /** `provider/model` that wrote the summary, and what that used. */
  readonly model: string;
  readonly usage: Usage;
  /** Model calls it took. */
  readonly calls: number;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  readonly messagesBefore: number;
  readonly messagesAfter: number;
  /** The request whose first part was left out, when it is still being worked on. */
  readonly request?: string;
  /** The operation that asked last, when its message was left out, and how many repairs behind it were. */
  readonly asked?: { readonly operation: string; readonly repairs: number };
  /** Submissions and the operations they joined, the last ones. */
  readonly joined?: readonly (readonly [submission: string, operation: string])[];
}

/** Why a conversation was summarised. */
export type CompactionReason = 'threshold' | 'overflow' | 'manual';

/** One document of a session's history. */
export type Entry = (Message & Marks) | CompactionEntry;

/** A stored message as the model sees it, and its marks. */
export function split({ operation, joined, tokens, source, at, ...message }: Message & Marks): {
  readonly message: Message;
  readonly marks: Marks;
} {
  const marks: Marks = {
    ...(operation === undefined ? {} : { operation }),
    ...(joined === undefined ? {} : { joined }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(source === undefined ? {} : { source }),
    ...(at === undefined ? {} : { at }),
  };
  return { message, marks };
}

/** Namespace of the entries among the documents. */
export const namespace = 'entries';

/** Key of the entry at a place. */
export function entryKey(key: string, place: number): string {
  return `${key}.${String(place).padStart(8, '0')}`;
}

/** Key of the note where the last compaction is; a hint, which may be missing or old. */
export function headKey(key: string): string {
  return `${key}.head`;
}

/** Key of the note that a session was made otherwise than by its first message, and when. */
export function madeKey(key: string): string {
  return `${key}.made`;
}

const window = 64;

/** Most conversations that are taken up are new or short, and every key that is looked for costs. */
const firstWindow = 4;

/** Entries from a place on, in order, up to the first that is missing or the given end. */
export async function readEntries(
  documents: Documents,
  key: string,
  from: number,
  to = Number.POSITIVE_INFINITY,
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (let start = from; start < to; start += window) {
    const { found, isEnd } = await readWindow(documents, key, start, Math.min(window, to - start));
    entries.push(...found);
    if (isEnd) break;
  }
  return entries;
}

/**
 * The entries that a session goes on with: from the first message that the model still sees, else all; and the place of the first.
 * Costs one read for a short history, and for a long one as many as its part behind the last compaction needs.
 */
export async function readLatest(
  documents: Documents,
  key: string,
): Promise<{ readonly from: number; readonly entries: readonly Entry[] }> {
  const { found, isEnd, head } = await readWindow(documents, key, 0, firstWindow, headKey(key));
  if (isEnd) return { from: 0, entries: found };
  const { at, from } = (head ?? {}) as { readonly at?: number; readonly from?: number };
  if (at !== undefined && from !== undefined && from > firstWindow) {
    const entries = await readEntries(documents, key, from);
    if (entries[at - from]?.role === 'compaction') return { from, entries };
  }
  return { from: 0, entries: [...found, ...(await readEntries(documents, key, firstWindow))] };
}

async function readWindow(
  documents: Documents,
  key: string,
  start: number,
  count: number,
  besides?: string,
): Promise<{ readonly found: readonly Entry[]; readonly isEnd: boolean; readonly head: Json | undefined }> {
  const keys = Array.from({ length: count }, (_, index) => entryKey(key, start + index));
  const all = await documents.getMany(namespace, besides === undefined ? keys : [...keys, besides]);
  const entries = all.slice(0, count);
  const end = entries.findIndex((entry) => entry === undefined);
  const found = (end === -1 ? entries : entries.slice(0, end)) as unknown as readonly Entry[];
  return { found, isEnd: end !== -1, head: all[count] };
}
