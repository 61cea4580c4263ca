import { Problem } from '../../core/problem.ts';

/** A program and its arguments as a line that a shell takes apart into just these. Throws Problem `tool_input_invalid`. */
export function lineOf(argv: readonly string[]): string {
  return argv.map(quoted).join(' ');
}

function quoted(word: string): string {
  if (word.includes('\0'))
    throw new Problem('tool_input_invalid', 'an argument of a command holds a NUL character');
  if (/^[\w./:=@%+,-]+$/.test(word)) return word;
  // What looks like a variable is taken apart, so that no reader of the line can take it for one.
  const inner = word.replaceAll("'", () => `'\\''`).replaceAll(/\$(?=\\?\{)/g, () => `$''`);
  return `'${inner}'`;
}
