import { textOf } from '../../core/message.ts';
import type { Context } from '../context.ts';
import { shorten } from '../kept/transcript.ts';

/** Where a conversation is cut in two: what is summed up, and what stays. */
export interface Cut {
  /** Index of the first message that stays. */
  readonly index: number;
  /** What is being asked of the model, when the message that asks is among those left out. */
  readonly request: string | undefined;
}

/** Characters of a request: half of what stays, within these bounds. */
const leastRequest = 400;
const mostRequest = 8_000;

/**
 * Where to cut a context so that about `keep` tokens stay: between turns, and within a turn that alone is longer than that. A tool
 * call stays with its results. Undefined when there is nothing to leave out.
 * @param isAtWork an operation is under way: its last message stays, whatever its size.
 */
export function findCut(context: Context, keep: number, isAtWork: boolean): Cut | undefined {
  const { items, messages, compaction } = context;
  const first = compaction === undefined ? 0 : 1;
  const index = borderOf(context, first, keep, isAtWork);
  if (index <= first) return undefined;
  // What is asked must reach the model in the user's own words as long as it is worked on.
  const isAsked = !isAtWork || items.slice(index).some(({ marks }) => marks.operation !== undefined);
  if (isAsked) return { index, request: undefined };
  const start = items.findLastIndex(({ marks }, at) => at < index && marks.operation !== undefined);
  const own = items
    .slice(Math.max(start, first), index)
    .filter(({ marks }) => marks.operation !== undefined || marks.joined !== undefined)
    .map(({ message }) => textOf(message));
  const parts = start === -1 && compaction?.request !== undefined ? [compaction.request, ...own] : own;
  const most = Math.max(leastRequest, Math.min(mostRequest, keep * 2));
  return { index, request: shorten(parts.join('\n\n'), most) };

  function borderOf({ tokensFrom }: Context, first: number, keep: number, isAtWork: boolean): number {
    const end = messages.length;
    let border = end;
    let last = end;
    for (let at = end - 1; at >= first; at -= 1) {
      if (messages[at]?.role === 'tool') continue;
      if (last === end) last = at;
      if (tokensFrom(at) > keep) break;
      border = at;
    }
    if (border === end) return isAtWork ? last : end;
    if (messages[border]?.role === 'user') return border;
    const isUser = (_: unknown, at: number): boolean => at >= first && messages[at]?.role === 'user';
    const start = messages.findLastIndex((message, at) => at < border && isUser(message, at));
    const next = messages.findIndex((message, at) => at > border && isUser(message, at));
    if (next === -1) return border;
    const isLong = start === -1 || tokensFrom(start) - tokensFrom(next) > keep;
    return isLong ? border : next;
  }
}
