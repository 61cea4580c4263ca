import type { BuiltinToolDefinition } from './builtin-tool.ts';
import { inputSchema } from './input-schema.ts';

/** `write`: makes or replaces a file. */
export const writeTool: BuiltinToolDefinition = {
  name: 'write',
  description: 'Writes a text file, replacing it if it exists. Folders on the way are made.',
  inputSchema: inputSchema({
    path: { type: 'string', description: 'Absolute, or relative to the workspace' },
    content: { type: 'string', description: 'The whole content' },
  }),
  needs: 'write',
  async run(input, { sandbox }) {
    const { path, content } = input as { path: string; content: string };
    await sandbox.writeFile(path, content);
    return `Wrote ${path}`;
  },
};
