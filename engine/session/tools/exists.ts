import type { BuiltinToolDefinition } from './builtin-tool.ts';
import { inputSchema } from './input-schema.ts';

/** `exists`: whether something is at a path. */
export const existsTool: BuiltinToolDefinition = {
  name: 'exists',
  description: 'Tells whether there is a file or folder at a path.',
  inputSchema: inputSchema({
    path: { type: 'string', description: 'Absolute, or relative to the workspace' },
  }),
  needs: 'read',
  async run(input, { sandbox }) {
    const { path } = input as { path: string };
    return (await sandbox.stat(path)) !== undefined;
  },
};
