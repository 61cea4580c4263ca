import { randomBytes } from 'node:crypto';

/** A mark that no output holds by chance. */
export function newMark(): string {
  return randomBytes(9).toString('hex');
}

/** Prints a frame of words: an unquoted expression of a shell for each. */
export function printFrame(mark: string, ...words: readonly string[]): string {
  return `printf '\\n@@%s' ${mark}; ${words.map((word) => `printf ' '; ${word}`).join('; ')}; printf '@@\\n'`;
}

/** The words of a frame in the output of a script, whatever a service or a profile printed around it. */
export function readFrame(output: string, mark: string): readonly string[] | undefined {
  const start = output.lastIndexOf(`@@${mark} `);
  const end = output.indexOf('@@', start + 2);
  if (start === -1 || end === -1) return undefined;
  return output.slice(start + mark.length + 3, end).split(' ');
}

/** A word of a frame that holds bytes. */
export function bytesOf(word: string | undefined): Buffer {
  return Buffer.from((word ?? '').replaceAll(/\s/g, ''), 'base64');
}
