import type { Message } from '../../core/message.ts';
import { estimateText } from '../compaction/tokens.ts';

/** Most characters of one text, and of one tool's input or output, that a summary is made from. */
const maxText = 40_000;
const maxTool = 2_000;

/** What a message said, as labelled lines for who sums it up. Reasoning is left out, and so is the middle of what is long. */
export function describeMessage(message: Message): string {
  const label = message.role === 'user' ? 'User' : message.role === 'tool' ? 'Tool result' : 'Assistant';
  const parts = message.content.map((part) => {
    switch (part.type) {
      case 'text':
        return part.text.trim() === '' ? '' : `[${label}]\n${shorten(part.text, maxText)}`;
      case 'image':
        return `[${label}]\n(an image)`;
      case 'thinking':
        return '';
      case 'tool_call':
        return `[Assistant calls ${part.toolName}]\n${shorten(JSON.stringify(part.input), maxTool)}`;
      case 'tool_result': {
        const output = typeof part.output === 'string' ? part.output : JSON.stringify(part.output);
        return `[${part.isError ? 'Failure' : 'Result'} of ${part.toolName}]\n${shorten(output, maxTool)}`;
      }
    }
  });
  // Nothing that was said may end the frame it stands in.
  return parts
    .filter((part) => part !== '')
    .join('\n\n')
    .replaceAll(/<(\/?(?:conversation|summary))>/g, '‹$1›');
}

/** The most of some texts, from a place on, that fit so many tokens: at least one, shortened if need be. */
export function takePieces(
  pieces: readonly string[],
  from: number,
  room: number,
): { readonly text: string; readonly next: number } {
  const taken: string[] = [];
  let left = room;
  let next = from;
  for (; next < pieces.length; next += 1) {
    const piece = pieces[next] as string;
    const tokens = estimateText(piece);
    if (tokens > left) {
      if (taken.length > 0) break;
      taken.push(shorten(piece, Math.max(200, Math.floor((piece.length * left) / tokens))));
      next += 1;
      break;
    }
    taken.push(piece);
    left -= tokens;
  }
  return { text: taken.filter((piece) => piece !== '').join('\n\n'), next };
}

/** A text of at most about so many characters; what is longer loses its middle. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = Math.floor(most * 0.75);
  const tail = most - head;
  return `${text.slice(0, head)}\n… ${text.length - most} characters left out …\n${text.slice(-tail)}`;
}
