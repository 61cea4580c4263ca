import { Problem } from '../../core/problem.ts';
import type { CommandRule, Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { admitLine, allowedHint } from './command-policy.ts';
import type { CommandLine } from './policy-syntax.ts';
import { unparsable } from './policy-unparsable.ts';
import { shellText } from './policy-shell-text.ts';
import { loadShell } from './shell.ts';

/** A command that the policy allows, as it is to be run. */
export interface AdmittedCommand {
  /** The words of the command where it is one simple command of literal words: to be run directly, without a shell. */
  readonly argv: readonly [string, ...string[]] | undefined;
  /**
   * The same for a POSIX shell (`sh -c`), every literal quoted; where the policy names no commands, the text as it was given.
   * Reading it throws Problem `sandbox_denied` for syntax that such a shell does not share with the parser that checked it.
   */
  readonly script: string;
  /** The simple commands of the line; none where nothing was to be checked. */
  readonly commands: CommandLine['commands'];
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
  { commands = [], filesAreKept }: AdmitOptions,
): Promise<AdmittedCommand> {
  if (!spec.shell) throw new Problem('sandbox_denied', `sandbox "${spec.name}" does not allow commands`);
  const rules = commandRules(spec, commands);
  const isFree = rules.length === 0 && spec.compound;
  const asGiven = { argv: undefined, script: command, commands: [] };
  // Only the shell of this machine reads it.
  if (isFree && spec.type !== 'virtual') return asGiven;
  const fault = unparsable(command);
  if (fault !== undefined)
    throw new Problem('sandbox_denied', `the command could not be parsed: ${fault}${allowedHint(rules)}`);
  if (isFree) return asGiven;
  const { parse } = await loadShell();
  const { line, tree } = admitLine(parse, command, { spec, rules, filesAreKept });
  return {
    argv: line.isSimple ? argvOf(line.commands[0]) : undefined,
    commands: line.commands,
    get script() {
      if (rules.length === 0) return command;
      try {
        return shellText(tree);
      } catch (thrown) {
        const reason = thrown instanceof Error ? thrown.message : String(thrown);
        throw new Problem('sandbox_denied', `shell syntax ${reason} is not allowed in this sandbox`, {
          cause: thrown,
        });
      }
    },
  };
}

/** The commands that may run, of the spec and of a call; empty where all may. A name without a rule may have any arguments. */
export function commandRules(
  spec: Pick<SandboxSpec, 'commands' | 'commandRules'>,
  more: readonly (string | CommandRule)[] = [],
): readonly CommandRule[] {
  if (spec.commands.length === 0 && spec.commandRules.length === 0) return [];
  const ruled = new Set(spec.commandRules.map(({ command }) => command));
  return [
    ...spec.commandRules,
    ...[...spec.commands.filter((name) => !ruled.has(name)), ...more].map((rule) =>
      typeof rule === 'string' ? { command: rule, args: undefined } : rule,
    ),
  ];
}

/** Words that only a shell knows. */
const shellWords = new Set([':', 'cd', 'exit', 'break', 'continue']);

function argvOf(
  command:
    | {
        readonly name: { readonly text: string | undefined };
        readonly args: readonly { readonly text: string | undefined }[];
      }
    | undefined,
): readonly [string, ...string[]] | undefined {
  if (command?.name.text === undefined || shellWords.has(command.name.text)) return undefined;
  const args = command.args.flatMap(({ text }) => text ?? []);
  return args.length === command.args.length ? [command.name.text, ...args] : undefined;
}
