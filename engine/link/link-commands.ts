import type { CommandRule } from '../program/sandbox.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';

/** Commands that may run. Reports lines that only a shell understands, and patterns that can never fit. */
export function linkCommands(reporter: Reporter, nodes: readonly Node[]): CommandRule[] {
  return nodes.flatMap((node) => {
    const text = node.text();
    const rule = text === undefined ? fromMap(reporter, node) : fromText(reporter, node, text);
    return rule === undefined ? [] : [rule];
  });
}

function fromText(reporter: Reporter, node: Node, text: string): CommandRule | undefined {
  const found = /[|&;<>$`"'\\(){}]/.exec(text);
  if (found !== null) {
    reporter.report(
      node,
      'schema/bad-format',
      `a command is its name and perhaps its first arguments, without "${found[0]}"; give each command a line of its own`,
      { within: { start: found.index, end: found.index + 1 } },
    );
    return undefined;
  }
  const [command = '', ...args] = text.trim().split(/\s+/);
  if (command === '') return undefined;
  if (command.includes('*')) {
    reporter.report(
      node,
      'schema/bad-format',
      `the name of a command has no "*"; leave "commands" out to allow every command`,
      { within: { start: text.indexOf(command), end: text.indexOf(command) + command.length } },
    );
  }
  if (command.includes('/')) reportPath(reporter, node, command);
  if (args.length === 0) return { command, args: undefined };
  reportStars(reporter, node, args);
  return { command, args: args.at(-1) === '**' ? args : [...args, '**'] };
}

function fromMap(reporter: Reporter, node: Node): CommandRule | undefined {
  const command = node.get('command').text();
  if (command === undefined) return undefined;
  if (command.includes('/')) reportPath(reporter, node.get('command'), command);
  const items = node.get('args').list();
  const args = items.flatMap((item) => item.text() ?? []);
  items.forEach((item, index) => {
    if (item.text() === '**' && index < items.length - 1) reportEarlyStars(reporter, item);
  });
  return { command, args: node.get('args').value === undefined ? undefined : args };
}

/** A command is found by its name in the folders of the system, so that no file of the workspace runs in its place. */
function reportPath(reporter: Reporter, node: Node, command: string): void {
  reporter.report(
    node,
    'schema/bad-format',
    `write the name of the command without its path: "${command.slice(command.lastIndexOf('/') + 1)}"`,
  );
}

function reportStars(reporter: Reporter, node: Node, args: readonly string[]): void {
  const at = args.indexOf('**');
  if (at !== -1 && at < args.length - 1) reportEarlyStars(reporter, node);
}

function reportEarlyStars(reporter: Reporter, node: Node): void {
  reporter.report(
    node,
    'schema/bad-format',
    '"**" stands for all further arguments, so nothing may come after it; write "*" for one argument',
  );
}
