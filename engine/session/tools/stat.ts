import type { BuiltinToolDefinition } from './builtin-tool.ts';
import { requireFile } from './file-text.ts';
import { inputSchema } from './input-schema.ts';

/** `stat`: what is at a path. */
export const statTool: BuiltinToolDefinition = {
  name: 'stat',
  description:
    'Tells what is at a path: kind (file, folder or other), size in bytes and time of the last change.',
  inputSchema: inputSchema({
    path: { type: 'string', description: 'Absolute, or relative to the workspace' },
  }),
  needs: 'read',
  async run(input, { sandbox }) {
    const { path } = input as { path: string };
    const { kind, size, modified } = await requireFile(sandbox, path);
    return { path, kind, size, modified: new Date(modified).toISOString() };
  },
};
