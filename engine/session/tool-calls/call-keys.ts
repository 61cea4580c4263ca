import type { Message } from '../../core/message.ts';

/** Names the calls of an operation: by the model's ids, and with a count where a model gives an id again. */
export interface CallKeys {
  /** Key of the next call with an id. */
  next(id: string): string;
  /** What `next` would give. */
  peek(id: string): string;
}

/** The keys of an operation of which some calls were answered before a crash: these have theirs. */
export function callKeys(before: readonly Message[]): CallKeys {
  const used = new Map<string, number>();
  const peek = (id: string): string => {
    const times = (used.get(id) ?? 0) + 1;
    return times === 1 ? id : `${id}#${times}`;
  };
  const next = (id: string): string => {
    const key = peek(id);
    used.set(id, (used.get(id) ?? 0) + 1);
    return key;
  };
  for (const message of before)
    if (message.role === 'tool') for (const { toolCallId } of message.content) next(toolCallId);
  return { next, peek };
}
