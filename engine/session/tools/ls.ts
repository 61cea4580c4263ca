import type { FileInfo } from '../../ports/sandbox.ts';
import type { BuiltinToolDefinition } from './builtin-tool.ts';
import { inputSchema } from './input-schema.ts';

const maxEntries = 1000;

/** `ls`: the entries of a folder, folders with `/` at the end. */
export const lsTool: BuiltinToolDefinition = {
  name: 'ls',
  description: 'Lists a folder, one entry a line, sorted by name. Folders end in "/".',
  inputSchema: inputSchema(
    {
      path: { type: 'string', description: 'Absolute, or relative to the workspace; default the workspace' },
    },
    ['path'],
  ),
  needs: 'read',
  async run(input, { sandbox }) {
    const { path = '.' } = input as { path?: string };
    return listing(await sandbox.list(path));
  },
};

/** A folder's entries as a model reads them. */
export function listing(entries: readonly FileInfo[]): string {
  if (entries.length === 0) return '(empty folder)';
  const lines = entries.slice(0, maxEntries).map(entryLine);
  const hidden = entries.length - maxEntries;
  return hidden > 0 ? [...lines, `[${hidden} more entries]`].join('\n') : lines.join('\n');
}

function entryLine(entry: FileInfo): string {
  const name = entry.path.slice(entry.path.lastIndexOf('/') + 1);
  if (entry.kind === 'folder') return `${name}/`;
  return entry.kind === 'file' ? name : `${name} (cannot be read)`;
}
