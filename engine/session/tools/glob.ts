import type { BuiltinToolDefinition } from './builtin-tool.ts';
import { compileGlob } from '../../core/glob.ts';
import { inputSchema } from './input-schema.ts';
import { createPace } from './pace.ts';
import { relativeTo, walk } from './walk.ts';

const maxResults = 500;

/** `glob`: paths of files that match a pattern, relative to the folder, sorted. */
export const globTool: BuiltinToolDefinition = {
  name: 'glob',
  description:
    'Finds files by name pattern, such as "**/*.ts" or "src/{a,b}/*.md". Gives paths relative to the folder, sorted, at most 500.',
  inputSchema: inputSchema(
    {
      pattern: { type: 'string', minLength: 1, maxLength: 1000 },
      path: { type: 'string', description: 'Folder to search; default the workspace' },
    },
    ['path'],
  ),
  needs: 'read',
  async run(input, { sandbox, signal }) {
    const { pattern, path = '.' } = input as { pattern: string; path?: string };
    const matches = compileGlob(pattern);
    const folder = sandbox.resolve(path);
    const found: string[] = [];
    for await (const file of walk(sandbox, path, createPace(signal))) {
      const name = relativeTo(folder, file.path);
      if (matches(name)) found.push(name);
    }
    if (found.length === 0) return 'no files match';
    const shown = found.sort().slice(0, maxResults);
    const hidden = found.length - shown.length;
    return hidden === 0 ? shown.join('\n') : [...shown, `[${hidden} more files match]`].join('\n');
  },
};
