import { stableText, type Json } from '../core/json.ts';
import type { Message, ToolCallPart, ToolResultPart } from '../core/message.ts';
import type { Documents } from '../ports/store.ts';

/** The messages of one session: appended one document each, never rewritten. */
export interface History {
  /** Messages so far, oldest first. */
  readonly messages: readonly Message[];
  /**
   * Adds the user's message of an operation. When a crash cut off the same operation before it was answered, the message
   * stands at the end already and is not added again.
   */
  ask(message: Extract<Message, { role: 'user' }>): Promise<void>;
  /** Adds a message at the end at once; resolves when it is committed. One that could not be, and all after it, are taken back. */
  append(message: Message): Promise<void>;
  /** Resolves when every message so far is committed; rejects when one since the last call could not be. */
  committed(): Promise<void>;
  /** Answers tool calls that a crash or an abort left open with "outcome unknown"; a model refuses a history with open calls. */
  closeOpenCalls(): Promise<void>;
}

const namespace = 'entries';
const window = 64;

/**
 * Loads a session's history. There is no head document to keep in step: entries are numbered from 0 without holes,
 * so the end is where reading stops.
 */
export async function loadHistory(documents: Documents, key: string): Promise<History> {
  const messages: Message[] = [];
  for (let start = 0; ; start += window) {
    const keys = Array.from({ length: window }, (_, index) => entryKey(key, start + index));
    const found = await documents.getMany(namespace, keys);
    const end = found.findIndex((entry) => entry === undefined);
    for (const entry of end === -1 ? found : found.slice(0, end)) messages.push(entry as unknown as Message);
    if (end !== -1) break;
  }
  let writing: Promise<unknown> = Promise.resolve();
  let failure: { readonly thrown: unknown } | undefined;
  const append = async (message: Message): Promise<void> => {
    const place = messages.length;
    messages.push(message);
    const commit = documents.set(namespace, entryKey(key, place), message as unknown as Json);
    const all = Promise.all([writing, commit]);
    writing = all;
    try {
      await all;
    } catch (thrown) {
      messages.length = Math.min(messages.length, place);
      failure ??= { thrown };
      if (writing === all) writing = Promise.resolve();
      throw thrown;
    }
  };
  return {
    messages,
    append,
    async ask(message) {
      const last = messages.at(-1);
      if (last?.role !== 'user' || stableText(last) !== stableText(message)) await append(message);
    },
    async committed() {
      await writing.catch(() => undefined);
      const failed = failure;
      failure = undefined;
      if (failed !== undefined) throw failed.thrown;
    },
    async closeOpenCalls() {
      const open = openCalls(messages.at(-1));
      if (open.length > 0) await append({ role: 'tool', content: open.map(unknownOutcome) });
    },
  };
}

function entryKey(key: string, index: number): string {
  return `${key}.${String(index).padStart(8, '0')}`;
}

function openCalls(last: Message | undefined): ToolCallPart[] {
  if (last?.role !== 'assistant') return [];
  return last.content.filter((part): part is ToolCallPart => part.type === 'tool_call');
}

function unknownOutcome(call: ToolCallPart): ToolResultPart {
  return {
    type: 'tool_result',
    toolCallId: call.toolCallId,
    toolName: call.toolName,
    output: 'the call was interrupted; whether it took effect is unknown',
    isError: true,
  };
}
