import { RE2JS } from 're2js';
import { Problem } from '../../core/problem.ts';
import type { BuiltinToolDefinition } from './builtin-tool.ts';
import { textOf } from './file-text.ts';
import { compileGlob } from '../../core/glob.ts';
import { inputSchema } from './input-schema.ts';
import { createPace } from './pace.ts';
import { relativeTo, walk } from './walk.ts';

const maxMatches = 200;
const maxLineLength = 400;
const linesPerTurn = 50;
/** Characters of one line that are searched: a regex is linear, yet slow over megabytes. */
const maxSearched = 20_000;

/** `grep`: lines that match a regular expression as `file:line:text`. Linear time, whatever the pattern. */
export const grepTool: BuiltinToolDefinition = {
  name: 'grep',
  description:
    'Searches text files for a regular expression (RE2 syntax; start with (?i) to ignore case). Gives file:line:text, files relative to the searched folder, at most 200 matches.',
  inputSchema: inputSchema(
    {
      pattern: { type: 'string', minLength: 1, maxLength: 1000 },
      path: { type: 'string', description: 'File or folder to search; default the workspace' },
      include: {
        type: 'string',
        minLength: 1,
        maxLength: 1000,
        description: 'Glob of files to search, such as "*.ts" or "src/**"; without "/" it matches names',
      },
    },
    ['path', 'include'],
  ),
  needs: 'read',
  async run(input, { sandbox, signal }) {
    const { pattern, path = '.', include } = input as { pattern: string; path?: string; include?: string };
    const regex = compilePattern(pattern);
    const included = include === undefined ? () => true : includeTest(include);
    const folder = sandbox.resolve(path);
    const found: string[] = [];
    const turn = createPace(signal);
    for await (const file of walk(sandbox, path, turn)) {
      const name = relativeTo(folder, file.path);
      if (!included(name)) continue;
      // A file that is too large or went away is no reason to find nothing.
      const bytes = await sandbox.readFile(file.path).catch(() => undefined);
      const text = bytes === undefined ? undefined : textOf(bytes);
      if (text === undefined) continue;
      for (const [index, line] of text.split('\n').entries()) {
        if (index % linesPerTurn === 0) await turn();
        if (!regex.matcher(line.slice(0, maxSearched)).find()) continue;
        if (found.length === maxMatches) return [...found, '[more lines match]'].join('\n');
        found.push(`${name}:${index + 1}:${line.slice(0, maxLineLength).replace(/\r$/, '')}`);
      }
    }
    return found.length === 0 ? 'no lines match' : found.join('\n');
  },
};

function compilePattern(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Problem('tool_input_invalid', `pattern is not a regular expression: ${reason}`, {
      cause: thrown,
    });
  }
}

function includeTest(include: string): (path: string) => boolean {
  const matches = compileGlob(include);
  return include.includes('/') ? matches : (path) => matches(path.slice(path.lastIndexOf('/') + 1));
}
