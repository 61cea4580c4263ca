import type { ImagePart } from '../../core/message.ts';
import { Problem } from '../../core/problem.ts';
import type { Program } from '../../program/program.ts';
import { say } from '../assemble-prompt.ts';
import { mediaTypeOf } from '../image.ts';

/** A file of a call, with its content. */
export interface AttachedFile {
  readonly name: string;
  readonly content: Uint8Array | string;
  /** Default what the ending of the name says. */
  readonly mediaType: string | undefined;
}

/**
 * Puts files to a message: images beside it, and everything else as text at its end.
 * Throws Problem `invalid_input` for what is neither an image nor UTF-8 text.
 */
export function attachFiles(
  program: Program,
  message: string,
  files: readonly AttachedFile[],
): { readonly message: string; readonly images: readonly ImagePart[] } {
  const images: ImagePart[] = [];
  const texts: { name: string; text: string }[] = [];
  for (const { name, content, mediaType = mediaTypeOf(name) } of files) {
    if (typeof content !== 'string' && mediaType?.startsWith('image/') === true)
      images.push({ type: 'image', image: Buffer.from(content).toString('base64'), mediaType });
    else texts.push({ name: name.replace(/[`\r\n]/g, ' '), text: textOf(name, content) });
  }
  if (texts.length === 0) return { message, images };
  const fences = texts.flatMap(({ text }) => [...text.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(Math.max(2, ...fences) + 1);
  return { message: say(program, 'files', { message, files: texts, fence }).trim(), images };
}

function textOf(name: string, content: Uint8Array | string): string {
  if (typeof content === 'string') return content;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content);
    if (!text.includes('\0')) return text;
  } catch {
    // It is said below.
  }
  throw new Problem('invalid_input', `the file "${name}" is neither an image nor text`);
}
