import type { Json } from '../core/json.ts';
import type { Message, ToolCallPart, ToolResultPart } from '../core/message.ts';
import type { Documents } from '../ports/store.ts';

/** A message that asks something of a model. */
export type UserMessage = Extract<Message, { role: 'user' }>;

/** The messages of one session: appended one document each, never rewritten. */
export interface History {
  /** Messages so far, oldest first. */
  readonly messages: readonly Message[];
  /** Adds the user's message of an operation, marked with its key. */
  ask(message: UserMessage, operation: string): Promise<void>;
  /** Adds a message that a waiting submission puts to the operation under way. */
  join(message: UserMessage, submission: string): Promise<void>;
  /** Key of the operation that a submission's message was put to. */
  joined(submission: string): string | undefined;
  /** How often the last operation asked the model once more for a fitting result. */
  repairs(): number;
  /** Whether the last operation that asked has this key: then a crash cut it off, and what stands behind its message is its own. */
  isAsked(operation: string): boolean;
  /** The messages behind the one of the last operation. */
  since(): readonly Message[];
  /** Tool calls at the end that have no results. */
  openCalls(): readonly ToolCallPart[];
  /** Adds a message at the end at once; resolves when it is committed. One that could not be, and all after it, are taken back. */
  append(message: Message): Promise<void>;
  /** Adds a message at the end that is written with the next one, or by `committed`. */
  hold(message: Message): void;
  /** Resolves when every message so far is committed; rejects when one since the last call could not be. Its writes start at once. */
  committed(): Promise<void>;
  /** Answers tool calls that a crash or an abort left open with "outcome unknown"; a model refuses a history with open calls. */
  closeOpenCalls(): Promise<void>;
}

/** A message as it is stored: the one that an operation asked with names it, one that joined it names its submission. */
type Entry = Message & { readonly operation?: string; readonly joined?: string };

/** Namespace of the messages among the documents. */
export const namespace = 'entries';
const window = 64;

/**
 * Loads a session's history. There is no head document to keep in step: entries are numbered from 0 without holes,
 * so the end is where reading stops.
 */
export async function loadHistory(documents: Documents, key: string): Promise<History> {
  const messages: Message[] = [];
  /** The last operation that asked, and the place of its message. */
  let asked: { readonly operation: string; readonly place: number } | undefined;
  /** Operations that submissions joined. */
  const joins = new Map<string, string>();
  for (let start = 0; ; start += window) {
    const keys = Array.from({ length: window }, (_, index) => entryKey(key, start + index));
    const found = await documents.getMany(namespace, keys);
    const end = found.findIndex((entry) => entry === undefined);
    for (const entry of end === -1 ? found : found.slice(0, end)) {
      const { operation, joined, ...message } = entry as unknown as Entry;
      if (operation !== undefined) asked = { operation, place: messages.length };
      if (joined !== undefined && asked !== undefined) joins.set(joined, asked.operation);
      messages.push(message);
    }
    if (end !== -1) break;
  }
  let writing: Promise<unknown> = Promise.resolve();
  let failure: { readonly thrown: unknown } | undefined;
  let held: (() => Promise<void>) | undefined;
  /** Starts writing what is held. */
  const writeHeld = (): void => {
    const write = held;
    held = undefined;
    write?.().catch(() => undefined);
  };
  const append = (message: Message, operation?: string): Promise<void> => {
    writeHeld();
    return add(message, operation)();
  };
  /** Adds a message; the result writes it. */
  const add = (message: Message, operation?: string): (() => Promise<void>) => {
    const place = messages.length;
    const before = asked;
    messages.push(message);
    if (operation !== undefined) asked = { operation, place };
    const entry: Entry = operation === undefined ? message : { ...message, operation };
    return () => write(entry, place, before);
  };
  const write = async (entry: Entry, place: number, before: typeof asked): Promise<void> => {
    const commit = documents.set(namespace, entryKey(key, place), entry as unknown as Json);
    const all = Promise.all([writing, commit]);
    writing = all;
    try {
      await all;
    } catch (thrown) {
      messages.length = Math.min(messages.length, place);
      if (asked?.place === place) asked = before;
      failure ??= { thrown };
      if (writing === all) writing = Promise.resolve();
      throw thrown;
    }
  };
  const since = (): readonly Message[] => messages.slice((asked?.place ?? -1) + 1);
  return {
    messages,
    append: (message) => append(message),
    ask: append,
    hold(message) {
      writeHeld();
      held = add(message);
    },
    async join(message, submission) {
      writeHeld();
      const place = messages.length;
      messages.push(message);
      await write({ ...message, joined: submission }, place, asked);
      if (asked !== undefined) joins.set(submission, asked.operation);
    },
    joined: (submission) => joins.get(submission),
    repairs() {
      const joined = [...joins.values()].filter((operation) => operation === asked?.operation).length;
      return since().filter(({ role }) => role === 'user').length - joined;
    },
    isAsked: (operation) => asked?.operation === operation,
    since,
    openCalls: () => openCalls(messages.at(-1)),
    async committed() {
      writeHeld();
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

/** The result of a call of which nobody knows whether it took effect. */
export function unknownOutcome(call: ToolCallPart): ToolResultPart {
  return {
    type: 'tool_result',
    toolCallId: call.toolCallId,
    toolName: call.toolName,
    output: 'the call was interrupted; whether it took effect is unknown',
    isError: true,
  };
}
