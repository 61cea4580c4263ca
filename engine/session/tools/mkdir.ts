import type { BuiltinToolDefinition } from './builtin-tool.ts';
import { inputSchema } from './input-schema.ts';

/** `mkdir`: makes a folder and those on the way; one that is there already is no failure. */
export const mkdirTool: BuiltinToolDefinition = {
  name: 'mkdir',
  description:
    'Makes a folder; folders on the way are made too. A folder that is there already stays as it is.',
  inputSchema: inputSchema({
    path: { type: 'string', description: 'Absolute, or relative to the workspace' },
  }),
  needs: 'write',
  async run(input, { sandbox }) {
    const { path } = input as { path: string };
    await sandbox.makeFolder(path);
    return `Made ${path}`;
  },
};
