import { choices, suggest } from '../core/suggest.ts';
import type { Sandbox } from '../program/sandbox.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';

/** Reports the program of a command written as a list when a sandbox names its commands and this is none of them. */
export function checkCommandGranted(reporter: Reporter, command: Node, sandbox: Sandbox): void {
  const [program] = command.list();
  const name = program?.text();
  if (program === undefined || name === undefined || !/^[\w.-]+$/.test(name)) return;
  const { commands } = sandbox;
  if (!sandbox.shell || commands.length === 0 || commands.includes(name) || harmless.includes(name)) return;
  reporter.report(
    program,
    'security/tool-not-granted',
    `sandbox "${sandbox.name}" does not grant the command "${name}"${choices(name, commands)}`,
    { suggestions: suggest(name, commands, 3) },
  );
}

/** Words that every shell has and that do nothing by themselves. */
const harmless: readonly string[] = [':', 'true', 'false', 'test', '[', 'cd', 'exit'];
