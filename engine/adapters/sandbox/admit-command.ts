import { Problem } from '../../core/problem.ts';
import type { CommandRule, Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { admitScript } from './command-policy.ts';
import { loadShell } from './shell.ts';

/** A command that the policy allows, as it is to be run. */
export interface AdmittedCommand {
  /** The words of the command where it is one simple command of literal words: to be run directly, without a shell. */
  readonly argv: readonly [string, ...string[]] | undefined;
  /** The same for a POSIX shell (`sh -c`), every literal quoted; where the policy names no commands, the text as it was given. */
  readonly script: string;
}

/** What a sandbox can keep commands from by itself. */
export interface AdmitOptions {
  /** Commands that may run besides those of the spec. */
  readonly commands?: readonly (string | CommandRule)[];
  /** True where the sandbox itself keeps commands from the files they may not change; false: only commands known to change none run. */
  readonly filesAreKept: boolean;
}

/**
 * Decides whether a command may run in a sandbox: parsed to words, matched by rule, never by text; what is not understood is refused.
 * Throws Problem `sandbox_denied` that says what was refused, why, and which commands are allowed.
 */
export async function admitCommand(
  spec: SandboxSpec,
  command: string,
  { commands = [] }: AdmitOptions,
): Promise<AdmittedCommand> {
  if (!spec.shell) throw new Problem('sandbox_denied', `sandbox "${spec.name}" does not allow commands`);
  const allowed =
    spec.commands.length === 0
      ? []
      : [...spec.commands, ...commands.map((rule) => (typeof rule === 'string' ? rule : rule.command))];
  if (allowed.length > 0) admitScript(await loadShell(), command, allowed);
  return { argv: undefined, script: command };
}
