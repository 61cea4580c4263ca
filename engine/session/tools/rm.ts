import { Problem } from '../../core/problem.ts';
import type { BuiltinToolDefinition } from './builtin-tool.ts';
import { requireFile } from './file-text.ts';
import { inputSchema } from './input-schema.ts';

/** `rm`: removes a file, or a folder with what is in it where `recursive` says so; the workspace itself stays. */
export const rmTool: BuiltinToolDefinition = {
  name: 'rm',
  description:
    'Removes a file. A folder that is not empty is only removed with recursive set to true; the workspace never is.',
  inputSchema: inputSchema(
    {
      path: { type: 'string', description: 'Absolute, or relative to the workspace' },
      recursive: { type: 'boolean', description: 'Remove a folder with everything in it' },
    },
    ['recursive'],
  ),
  needs: 'write',
  async run(input, { sandbox }) {
    const { path, recursive = false } = input as { path: string; recursive?: boolean };
    if (sandbox.resolve(path) === sandbox.resolve(sandbox.spec.workspace))
      throw new Problem(
        'sandbox_denied',
        'the workspace itself cannot be removed; name a file or folder in it',
      );
    const { kind } = await requireFile(sandbox, path);
    if (kind === 'folder' && !recursive && (await sandbox.list(path)).length > 0)
      throw new Problem(
        'tool_failed',
        `the folder ${JSON.stringify(path)} is not empty; set recursive to true`,
      );
    await sandbox.remove(path, { recursive });
    return `Removed ${path}`;
  },
};
