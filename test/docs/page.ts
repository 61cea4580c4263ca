import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Line of its first fence, from 1. */
  readonly line: number;
  /** What the HTML comment right before the block says, if there is one. */
  readonly note: Note | undefined;
}

/**
 * What a page says to its test, invisible to readers:
 *
 * - `<!-- file: <path> -->`: the block is this file of the page's project; blocks with the same path are put together.
 *   A file of `examples/` must be the same there.
 * - `<!-- mistake: <path>: <right> → <wrong> -->` before a command: it runs on a copy with this mistake, and the text block
 *   after it is what it prints.
 * - `<!-- socket: <path> -->` before a text block: `>` lines are sent to the server over a WebSocket, `<` lines come back.
 * - `<!-- until: shown -->` before commands that only read what work under way changes: each runs again until it prints what is shown.
 */
export interface Note {
  readonly kind: 'file' | 'mistake' | 'socket' | 'until';
  readonly value: string;
}

/** The blocks of a page, in order. Throws for a comment that is none of the notes above, or has no block. */
export function readPage(path: string): readonly Block[] {
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  const blocks: Block[] = [];
  let note: Note | undefined;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line.startsWith('<!--')) note = readNote(line, `${path}:${index + 1}`);
    const fence = /^```(\w+)$/.exec(line);
    if (fence === null) {
      if (line.startsWith('```')) throw new Error(`${path}:${index + 1}: a block needs a language`);
      if (note !== undefined && line !== '' && !line.startsWith('<!--'))
        throw new Error(`${path}:${index + 1}: the note before has no block`);
      continue;
    }
    const end = lines.indexOf('```', index + 1);
    if (end === -1) throw new Error(`${path}:${index + 1}: the block is never closed`);
    const text = lines.slice(index + 1, end).join('\n') + '\n';
    blocks.push({ language: fence[1] ?? '', text, line: index + 1, note });
    note = undefined;
    index = end;
  }
  return blocks;
}

function readNote(line: string, place: string): Note {
  const [, kind, value = ''] = /^<!-- (file|mistake|socket|until): (.+) -->$/.exec(line) ?? [];
  if (kind !== 'file' && kind !== 'mistake' && kind !== 'socket' && kind !== 'until')
    throw new Error(`${place}: a note must be "file", "mistake", "socket" or "until"`);
  return { kind, value };
}
