import { Problem } from '../../core/problem.ts';
import type { BuiltinToolDefinition } from './builtin-tool.ts';
import { readText } from './file-text.ts';
import { inputSchema } from './input-schema.ts';

/** `edit`: replaces an exact text in a file; the text must occur exactly once unless `replaceAll`. */
export const editTool: BuiltinToolDefinition = {
  name: 'edit',
  description:
    'Replaces an exact text in a file. oldText must match the file exactly, whitespace included, and occur once unless replaceAll is true.',
  inputSchema: inputSchema(
    {
      path: { type: 'string', description: 'Absolute, or relative to the workspace' },
      oldText: { type: 'string', description: 'The text to replace' },
      newText: { type: 'string', description: 'What to put in its place' },
      replaceAll: { type: 'boolean', description: 'Replace every occurrence' },
    },
    ['replaceAll'],
  ),
  needs: 'write',
  async run(input, { sandbox }) {
    const {
      path,
      oldText,
      newText,
      replaceAll = false,
    } = input as {
      path: string;
      oldText: string;
      newText: string;
      replaceAll?: boolean;
    };
    if (oldText === '') {
      throw new Problem('tool_input_invalid', 'oldText is empty; use write to make a file');
    }
    if (oldText === newText) throw new Problem('tool_input_invalid', 'oldText and newText are the same');
    const parts = (await readText(sandbox, path)).split(oldText);
    const count = parts.length - 1;
    if (count === 0) {
      throw new Problem(
        'tool_failed',
        `oldText does not occur in ${JSON.stringify(path)}; read the file and copy the text exactly`,
      );
    }
    if (count > 1 && !replaceAll) {
      throw new Problem(
        'tool_failed',
        `oldText occurs ${count} times in ${JSON.stringify(path)}; add surrounding lines to make it unique, or set replaceAll`,
      );
    }
    await sandbox.writeFile(path, parts.join(newText));
    return `Edited ${path}: ${count} replacement${count === 1 ? '' : 's'}`;
  },
};
