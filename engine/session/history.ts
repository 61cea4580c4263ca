import type { Json } from '../core/json.ts';
import type { Message, ToolCallPart } from '../core/message.ts';
import type { Documents } from '../ports/store.ts';
import { createContext, type Context } from './context.ts';
import {
  entryKey,
  headKey,
  namespace,
  readEntries,
  readLatest,
  split,
  type CompactionEntry,
  type Entry,
  type Marks,
} from './entry.ts';
import type { Source } from './work.ts';
import { unknownOutcome } from './unknown-outcome.ts';

/** Where the entries are among the documents. */
export { namespace } from './entry.ts';

/** A message that asks something of a model. */
export type UserMessage = Extract<Message, { role: 'user' }>;

/** A compaction to be, without what the history itself knows. */
export type NewCompaction = Omit<CompactionEntry, 'role' | 'asked' | 'joined'>;

/**
 * The entries of one session: appended one document each, never rewritten. In memory is what the model sees; what compaction left
 * out is read when it is asked for.
 */
export interface History {
  /** What the model sees: the summary of what was left out, and the messages behind it, the uncommitted included. */
  readonly context: Context;
  /** Place of the next entry. */
  end(): number;
  /** All messages, oldest first, those that the model does not see any more included. */
  messages(): Promise<readonly Message[]>;
  /** Adds the user's message of an operation, marked with its key and with what it came from. */
  ask(message: UserMessage, operation: string, source?: Source): Promise<void>;
  /** Adds a message that a waiting submission puts to the operation under way. */
  join(message: UserMessage, submission: string): Promise<void>;
  /** Key of the operation that a submission's message was put to. */
  joined(submission: string): string | undefined;
  /** How often the last operation asked the model once more for a fitting result. */
  repairs(): number;
  /** Whether the last operation that asked has this key: then a crash cut it off, and what stands behind its message is its own. */
  isAsked(operation: string): boolean;
  /** The messages behind the one of the last operation, as far as the model still sees them. */
  since(): readonly Message[];
  /** Tool calls at the end that have no results. */
  openCalls(): readonly ToolCallPart[];
  /** Adds a message at the end at once; resolves when it is committed. One that could not be, and all after it, are taken back. */
  append(message: Message, marks?: Marks): Promise<void>;
  /** Adds a message at the end that is written with the next one, or by `committed` or `release`. What cannot be written is held still. */
  hold(message: Message, marks?: Marks): void;
  /** Leaves out old messages for a summary; resolves when that is committed. Until then, and when it cannot be, nothing changes. */
  compact(compaction: NewCompaction): Promise<void>;
  /** Resolves when every message so far is committed; rejects when one since the last call could not be. Its writes start at once. */
  committed(): Promise<void>;
  /** Resolves when no write is under way; rejects as `committed` does. What is held stays held. */
  written(): Promise<void>;
  /** Writes what is held, at once; rejects when just that could not be written. */
  release(): Promise<void>;
  /** Answers tool calls that a crash or an abort left open with "outcome unknown"; a model refuses a history with open calls. */
  closeOpenCalls(): Promise<void>;
}

/** The last operation that asked, the place of its message (-1: left out), and the repairs behind it that were left out. */
interface Asked {
  readonly operation: string;
  readonly place: number;
  readonly repairs: number;
}

/** How many joined submissions a compaction remembers: more than can wait behind one operation. */
const maxJoined = 1_000;

/**
 * Loads a session's history, from the last compaction on where that is known. There is no head document to keep in step: entries are
 * numbered from 0 without holes, so the end is where reading stops.
 */
export async function loadHistory(documents: Documents, key: string): Promise<History> {
  const context = createContext();
  let asked: Asked | undefined;
  /** Operations that submissions joined. */
  const joins = new Map<string, string>();
  /** Place of the next entry. */
  let end = 0;
  const take = (entry: Entry, place: number): void => {
    if (entry.role === 'compaction') {
      context.compact(entry);
      // What the summary stands for is not read again, so the entry says what it did.
      if (asked === undefined || asked.place < entry.from)
        asked = entry.asked === undefined ? undefined : { ...entry.asked, place: -1 };
      for (const [submission, operation] of entry.joined ?? []) joins.set(submission, operation);
      return;
    }
    const { message, marks } = split(entry);
    const { operation, joined } = marks;
    if (operation !== undefined) asked = { operation, place, repairs: 0 };
    if (joined !== undefined && asked !== undefined) joins.set(joined, asked.operation);
    context.push({ message, place, marks });
  };
  const latest = await readLatest(documents, key);
  latest.entries.forEach((entry, index) => take(entry, latest.from + index));
  end = latest.from + latest.entries.length;

  let writing: Promise<unknown> = Promise.resolve();
  let failure: { readonly thrown: unknown } | undefined;
  /** By place: messages that wait to be written. */
  const held = new Map<number, Entry>();
  /** Starts writing what is held; each result settles with its own write. */
  const writeHeld = (): readonly Promise<void>[] =>
    [...held].map(([place, entry]) => {
      const { commit, all } = write(entry, place);
      all.catch(() => undefined);
      return commit.then(() => {
        if (held.get(place) === entry) held.delete(place);
      });
    });
  /** Adds a message. */
  const add = (message: Message, marks: Marks = {}): { readonly entry: Entry; readonly place: number } => {
    for (const one of writeHeld()) one.catch(() => undefined);
    const place = end;
    end += 1;
    context.push({ message, place, marks });
    return { entry: { ...message, ...marks }, place };
  };
  /** Adds a message and writes it; it is taken back when that fails. */
  const addNow = async (message: Message, marks: Marks = {}): Promise<void> => {
    const before = asked;
    const { entry, place } = add(message, marks);
    if (marks.operation !== undefined) asked = { operation: marks.operation, place, repairs: 0 };
    await writeNow(entry, place, before);
  };
  const writeNow = async (entry: Entry, place: number, before: Asked | undefined): Promise<void> => {
    try {
      await write(entry, place).all;
    } catch (thrown) {
      failure ??= { thrown };
      context.cut(place);
      end = Math.min(end, place);
      for (const behind of held.keys()) if (behind >= place) held.delete(behind);
      if (asked?.place === place) asked = before;
      throw thrown;
    }
  };
  /** Starts a write; `all` settles with those before it too. */
  const write = (
    entry: Entry,
    place: number,
  ): { readonly commit: Promise<void>; readonly all: Promise<unknown> } => {
    const commit = documents.set(namespace, entryKey(key, place), entry as unknown as Json);
    const all: Promise<unknown> = Promise.all([writing, commit]).catch((thrown: unknown) => {
      if (writing === all) writing = Promise.resolve();
      throw thrown;
    });
    writing = all;
    return { commit, all };
  };
  const release = async (): Promise<void> => void (await Promise.all(writeHeld()));
  const written = async (): Promise<void> => {
    await writing.catch(() => undefined);
    const failed = failure;
    failure = undefined;
    if (failed !== undefined) throw failed.thrown;
  };
  /** Repairs of the last operation among the messages at some places. */
  const repairsIn = (isCounted: (place: number) => boolean): number => {
    const { place: start = -1, repairs = 0 } = asked ?? {};
    const own = context.items.slice(context.behind(start));
    const counted = own.filter(
      ({ message, place, marks }) =>
        message.role === 'user' && marks.joined === undefined && isCounted(place),
    );
    return repairs + counted.length;
  };
  const openCalls = (): readonly ToolCallPart[] => callsOf(context.messages.at(-1));

  return {
    context,
    end: () => end,
    async messages() {
      const { items, compaction } = context;
      const own = items.filter(({ place }) => place >= 0).map(({ message }) => message);
      if (compaction === undefined) return own;
      const before = await readEntries(documents, key, 0, compaction.from);
      return [
        ...before.flatMap((entry) => (entry.role === 'compaction' ? [] : [split(entry).message])),
        ...own,
      ];
    },
    append: addNow,
    ask: (message, operation, source) =>
      addNow(message, { operation, ...(source === undefined || source === 'prompt' ? {} : { source }) }),
    hold(message, marks) {
      const { entry, place } = add(message, marks);
      held.set(place, entry);
    },
    async join(message, submission) {
      await addNow(message, { joined: submission });
      if (asked !== undefined) joins.set(submission, asked.operation);
    },
    joined: (submission) => joins.get(submission),
    repairs: () => repairsIn(() => true),
    isAsked: (operation) => asked?.operation === operation,
    since: () => context.messages.slice(context.behind(asked?.place ?? -1)),
    openCalls,
    async compact(compaction) {
      for (const one of writeHeld()) one.catch(() => undefined);
      const place = end;
      end += 1;
      const { from } = compaction;
      const isLeftOut = asked !== undefined && asked.place < from;
      const entry: CompactionEntry = {
        role: 'compaction',
        ...compaction,
        ...(asked === undefined || !isLeftOut
          ? {}
          : { asked: { operation: asked.operation, repairs: repairsIn((at) => at < from) } }),
        ...(joins.size === 0 ? {} : { joined: [...joins].slice(-maxJoined) }),
      };
      const done = writeNow(entry, place, asked);
      // In one commit with the entry; what it says is checked when it is read.
      documents.set(namespace, headKey(key), { at: place, from }).catch(() => undefined);
      await done;
      take(entry, place);
    },
    async committed() {
      const released = release();
      released.catch(() => undefined);
      await written();
      await released;
    },
    written,
    release,
    async closeOpenCalls() {
      const open = openCalls();
      if (open.length > 0) await addNow({ role: 'tool', content: open.map(unknownOutcome) });
    },
  };
}

function callsOf(last: Message | undefined): ToolCallPart[] {
  if (last?.role !== 'assistant') return [];
  return last.content.filter((part): part is ToolCallPart => part.type === 'tool_call');
}
