import type { BuiltinToolDefinition } from './builtin-tool.ts';
import { inputSchema } from './input-schema.ts';

/** `bash`: runs a command in the sandbox's workspace. */
export const bashTool: BuiltinToolDefinition = {
  name: 'bash',
  description:
    'Runs a bash command in the workspace. Gives stdout, stderr and exitCode; every call starts in the workspace with a fresh shell.',
  inputSchema: inputSchema(
    {
      command: { type: 'string', minLength: 1 },
      timeoutMs: {
        type: 'integer',
        minimum: 1,
        description: 'Milliseconds, within the limit of the sandbox',
      },
    },
    ['timeoutMs'],
  ),
  needs: 'shell',
  async run(input, { sandbox, signal, commands = [] }) {
    const { command, timeoutMs } = input as { command: string; timeoutMs?: number };
    const { stdout, stderr, exitCode, truncated } = await sandbox.exec(command, {
      signal,
      commands,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    return { stdout, stderr, exitCode, ...(truncated ? { note: 'output was cut at the limit' } : {}) };
  },
};
