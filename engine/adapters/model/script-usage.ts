import type { Message } from '../../core/message.ts';
import type { ModelRequest } from '../../ports/model.ts';

/** Tokens of a text of so many characters: a quarter, rounded up. */
export function estimateTokens(characters: number): number {
  return Math.ceil(characters / 4);
}

/** Estimated tokens of a request: system prompt and conversation. */
export function estimateInput(request: ModelRequest): number {
  return estimateTokens(
    request.messages.reduce((sum, message) => sum + sizeOf(message), request.system.length),
  );
}

/** Messages never change, so each is measured once however long the conversation gets. */
const sizes = new WeakMap<Message, number>();

function sizeOf(message: Message): number {
  let size = sizes.get(message);
  if (size === undefined) sizes.set(message, (size = measure(message)));
  return size;
}

function measure(message: Message): number {
  let size = 0;
  for (const part of message.content) {
    if (part.type === 'text' || part.type === 'thinking') size += part.text.length;
    else if (part.type === 'tool_call') size += JSON.stringify(part.input).length;
    else if (part.type === 'tool_result') size += JSON.stringify(part.output).length;
  }
  return size;
}
