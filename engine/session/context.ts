import type { Message } from '../core/message.ts';
import type { CompactionEntry, Marks } from './entry.ts';
import { estimateMessage } from './compaction/tokens.ts';

/** A message of the context, where it is stored, and its marks. */
export interface Item {
  readonly message: Message;
  /** Place in the history; -1 for the summary, which stands for what was left out. */
  readonly place: number;
  readonly marks: Marks;
}

/**
 * What the model sees of a session: a summary of what was left out, if anything was, and the messages behind it. Grows at its end;
 * none of its functions costs more the longer it is.
 */
export interface Context {
  /** The messages as they are now: the same array as long as nothing is left out. */
  readonly messages: readonly Message[];
  readonly items: readonly Item[];
  /** The compaction whose summary is the first message. */
  readonly compaction: CompactionEntry | undefined;
  push(item: Item): void;
  /** Takes back what stands at a place and behind it. */
  cut(place: number): void;
  /** Leaves out what is before the place that a compaction says. */
  compact(compaction: CompactionEntry): void;
  /** Index of the first message behind a place. */
  behind(place: number): number;
  /** Estimated tokens of the messages from an index on. */
  tokensFrom(index: number): number;
  /** The last count of a provider since the last compaction, and the index of the first message that is not in it. */
  counted(): { readonly tokens: number; readonly next: number } | undefined;
}

/** An empty context. */
export function createContext(): Context {
  let items: Item[] = [];
  let messages: Message[] = [];
  /** Estimated tokens of all messages before an index, as far as they were asked for. */
  let sums: number[] = [0];
  /** Indexes of messages with a provider's count that still holds. */
  let counts: number[] = [];
  let compaction: CompactionEntry | undefined;

  const context: Context = {
    get messages() {
      return messages;
    },
    get items() {
      return items;
    },
    get compaction() {
      return compaction;
    },
    push(item) {
      if (item.marks.tokens !== undefined) counts.push(items.length);
      items.push(item);
      messages.push(item.message);
    },
    cut(place) {
      while ((items.at(-1)?.place ?? -1) >= place) items.pop();
      messages.length = items.length;
      sums.length = Math.min(sums.length, items.length + 1);
      while ((counts.at(-1) ?? -1) >= items.length) counts.pop();
    },
    compact(entry) {
      const message: Message = { role: 'user', content: [{ type: 'text', text: entry.text }] };
      // What providers counted before was of another conversation.
      items = [{ message, place: -1, marks: {} }, ...items.filter(({ place }) => place >= entry.from)];
      messages = items.map((item) => item.message);
      sums = [0];
      counts = [];
      compaction = entry;
    },
    behind(place) {
      let index = items.length;
      while (index > 0 && (items[index - 1] as Item).place > place) index -= 1;
      return index;
    },
    tokensFrom(index) {
      for (let next = sums.length - 1; next < messages.length; next += 1)
        sums.push((sums[next] as number) + estimateMessage(messages[next] as Message));
      return (sums[messages.length] as number) - (sums[index] as number);
    },
    counted() {
      const index = counts.at(-1);
      if (index === undefined) return undefined;
      return { tokens: (items[index] as Item).marks.tokens as number, next: index + 1 };
    },
  };
  return context;
}

/**
 * Tokens of the next call: those that the provider counted last, with an estimate of what came since; else an estimate of all.
 * @param head gives the estimated tokens of what stands before the messages.
 */
export function countTokens(context: Context, head: () => number): number {
  const counted = context.counted();
  return counted === undefined
    ? head() + context.tokensFrom(0)
    : counted.tokens + context.tokensFrom(counted.next);
}
