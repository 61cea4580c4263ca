import type { Message } from '../../core/message.ts';
import type { ToolSpec } from '../../ports/model.ts';

/**
 * Estimated tokens of a text: a quarter of a token for each plain character, half a one for other letters, a whole one for signs of
 * East Asian scripts and pictures.
 */
export function estimateText(text: string): number {
  let quarters = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    quarters += code < 0x80 ? 1 : code < 0x2e80 ? 2 : 4;
  }
  return Math.ceil(quarters / 4);
}

/** Estimated tokens of an image, whatever its size. */
const imageTokens = 1_200;
/** Role and punctuation around a message or a part of it. */
const frameTokens = 4;

/** Estimated tokens of a message; messages never change, so each is measured once. */
export function estimateMessage(message: Message): number {
  let tokens = sizes.get(message);
  if (tokens === undefined) sizes.set(message, (tokens = measure(message)));
  return tokens;
}

const sizes = new WeakMap<Message, number>();

function measure(message: Message): number {
  let tokens = frameTokens;
  for (const part of message.content) {
    if (part.type === 'text' || part.type === 'thinking') tokens += estimateText(part.text);
    else if (part.type === 'image') tokens += imageTokens;
    else if (part.type === 'tool_call')
      tokens += frameTokens + estimateText(part.toolName + JSON.stringify(part.input));
    else tokens += frameTokens + estimateText(JSON.stringify(part.output));
  }
  return tokens;
}

/** Estimated tokens of what stands before the messages of a call. */
export function estimateHead(system: string, tools: readonly ToolSpec[]): number {
  return estimateText(system) + (tools.length === 0 ? 0 : estimateText(JSON.stringify(tools)));
}
