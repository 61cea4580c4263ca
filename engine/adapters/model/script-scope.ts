import type { Json } from '../../core/json.ts';
import { textOf, type Message, type ToolResultPart } from '../../core/message.ts';
import type { ModelRequest } from '../../ports/model.ts';

/** What the templates and expressions of a scripted model see. Costly fields are worked out when they are read. */
export type ScriptScope = Readonly<{
  /** Text of the last user message. */
  text: string;
  /** The whole conversation as role and text. */
  messages: readonly { readonly role: Message['role']; readonly text: string }[];
  /** Latest output of each tool since the last user message. */
  results: Readonly<Record<string, Json>>;
  /** Latest tool output since the last user message, or null. */
  result: Json;
  /** Typed input of the operation, or null. */
  input: Json;
  /** Model turn of the operation, from 1. */
  turn: number;
  agent: string;
  /** Groups of the rule's pattern, by number and by name. */
  match: Readonly<Record<string, string>>;
}>;

/** The scope of a request, with the groups of a matched pattern. */
export function createScope(request: ModelRequest, groups: ScriptScope['match'] = {}): ScriptScope {
  const { messages, origin } = request;
  const user = messages.findLastIndex((message) => message.role === 'user');
  const question = messages[user];
  const results = messages.slice(user + 1).flatMap(toolResults);
  return {
    text: question === undefined ? '' : textOf(question),
    get messages() {
      return messages.map((message) => ({ role: message.role, text: textOf(message) }));
    },
    results: Object.fromEntries(results.map((part) => [part.toolName, part.output])),
    result: results.at(-1)?.output ?? null,
    input: origin.input ?? null,
    turn: origin.turn,
    agent: origin.agent,
    match: groups,
  };
}

function toolResults(message: Message): readonly ToolResultPart[] {
  return message.role === 'tool' ? message.content : [];
}
