import { Problem } from '../../core/problem.ts';
import type { BuiltinToolDefinition } from './builtin-tool.ts';
import { readText, requireFile } from './file-text.ts';
import { inputSchema } from './input-schema.ts';
import { listing } from './ls.ts';

const maxLines = 2000;
const maxBytes = 50 * 1024;

/** `read`: lines of a text file, or the entries of a folder; at most 2000 lines and 50 KB, with a note of how to go on. */
export const readTool: BuiltinToolDefinition = {
  name: 'read',
  description:
    'Reads a text file, or lists a folder. Gives at most 2000 lines and 50 KB; use offset and limit to read the rest of a long file.',
  inputSchema: inputSchema(
    {
      path: { type: 'string', description: 'Absolute, or relative to the workspace' },
      offset: { type: 'integer', minimum: 1, description: 'First line, counted from 1' },
      limit: { type: 'integer', minimum: 1, maximum: maxLines, description: 'Number of lines' },
    },
    ['offset', 'limit'],
  ),
  needs: 'read',
  async run(input, { sandbox }) {
    const { path, offset = 1, limit = maxLines } = input as { path: string; offset?: number; limit?: number };
    const info = await requireFile(sandbox, path);
    if (info.kind === 'folder') return listing(await sandbox.list(path));
    return page(await readText(sandbox, path), offset, Math.min(limit, maxLines));
  },
};

function page(text: string, offset: number, limit: number): string {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (offset > Math.max(1, lines.length)) {
    throw new Problem('tool_failed', `offset ${offset} is past the end: the file has ${lines.length} lines`);
  }
  const { shown, cutLine } = fit(lines.slice(offset - 1, offset - 1 + limit));
  const last = offset - 1 + shown.length;
  const notes: string[] = [];
  if (cutLine) notes.push(`[line ${last} is longer than 50 KB and was cut]`);
  if (last < lines.length) {
    notes.push(`[lines ${offset} to ${last} of ${lines.length}; read on with offset ${last + 1}]`);
  }
  return [...shown, ...notes].join('\n');
}

/** As many lines as 50 KB hold, at least one, which is cut when it alone is longer. */
function fit(lines: readonly string[]): { readonly shown: readonly string[]; readonly cutLine: boolean } {
  const encoder = new TextEncoder();
  let bytes = 0;
  for (const [index, line] of lines.entries()) {
    bytes += encoder.encode(line).byteLength + 1;
    if (bytes <= maxBytes) continue;
    if (index > 0) return { shown: lines.slice(0, index), cutLine: false };
    const cut = encoder.encode(line).subarray(0, maxBytes);
    return { shown: [new TextDecoder().decode(cut).replace(/\uFFFD$/, '')], cutLine: true };
  }
  return { shown: lines, cutLine: false };
}
