import { Problem } from '../../core/problem.ts';
import type { CommandRule, Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { isReserved } from './command-environment.ts';
import { argumentsFault, type Surroundings } from './policy-arguments.ts';
import { placeFault } from './policy-places.ts';
import { fitRule, ruleText, type Argument } from './policy-rules.ts';
import { readLine, type CommandLine } from './policy-syntax.ts';
import type { CommandWord, SyntaxNode } from './policy-words.ts';
import { policies } from './policies.gen.ts';

/** What the commands of a line are held against. */
export interface CommandPolicy {
  readonly spec: SandboxSpec;
  /** Commands that may run; empty: every command. */
  readonly rules: readonly CommandRule[];
  readonly filesAreKept: boolean;
}

/**
 * What a command line is made of, once every command in it, at any depth (substitutions, loops, groups, here-documents), is allowed
 * with its arguments. Decided on the syntax tree, never on text; throws Problem `sandbox_denied` for whatever is not understood.
 */
export function admitLine(
  parse: (script: string) => unknown,
  command: string,
  policy: CommandPolicy,
): { readonly line: CommandLine; readonly tree: SyntaxNode } {
  const hint = allowedHint(policy.rules);
  const refuse = (fault: string, cause?: unknown): never => {
    throw new Problem('sandbox_denied', `${fault}${hint}`, cause === undefined ? {} : { cause });
  };
  if (hasControlCharacter(command)) refuse('control characters are not allowed in a command');
  let tree: SyntaxNode;
  try {
    tree = parse(command) as SyntaxNode;
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return refuse(`the command could not be parsed (${reason})`, thrown);
  }
  const line = readLine(tree);
  if (typeof line === 'string') return refuse(line);
  const fault = lineFault(line, policy);
  return fault === undefined ? { line, tree } : refuse(fault);
}

/** What a refusal says at its end of the commands that may run; empty where all may. */
export function allowedHint(rules: readonly CommandRule[]): string {
  return rules.length === 0 ? '' : `; allowed commands: ${rules.map(ruleText).join(', ')}`;
}

/** Words of the shell that do nothing by themselves. */
const harmless = new Set([':', 'true', 'false', 'test', '[', 'cd', 'exit', 'break', 'continue']);

function lineFault(line: CommandLine, policy: CommandPolicy): string | undefined {
  const { spec, rules, filesAreKept } = policy;
  const around: Surroundings = {
    spec,
    filesAreKept,
    faultOfCommand: (words) => wrappedFault(words, policy, around),
  };
  if (rules.length > 0) {
    for (const { name, args } of line.commands) {
      const fault = commandFault(name.text ?? '', args, policy, around);
      if (fault !== undefined) return fault;
    }
  }
  if (!spec.compound && !line.isSimple) {
    return 'give one command with its arguments at a time: several commands, redirections and substitutions are not allowed';
  }
  if (rules.length === 0) return undefined;
  for (const { target, writes } of line.redirections) {
    const fault = redirectionFault(target, writes, policy);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function commandFault(
  name: string,
  args: readonly CommandWord[],
  { rules }: CommandPolicy,
  around: Surroundings,
): string | undefined {
  const known = policyOf(name);
  if (known?.never !== undefined) return `command ${JSON.stringify(name)} is not allowed: ${known.never}`;
  const own = rules.filter(({ command }) => command === name);
  if (own.length === 0 && harmless.has(name)) return undefined;
  if (own.length === 0) return `command ${JSON.stringify(name)} is not allowed`;
  let first: string | undefined;
  for (const rule of own) {
    const fitted = fitRule(rule, args);
    if (fitted === undefined) continue;
    const fault = programFault(name, fitted, around);
    if (fault === undefined) return undefined;
    first ??= fault;
  }
  if (first !== undefined) return first;
  const shown = args.map(({ text, start }) => text ?? `${start}…`).join(' ');
  return `${JSON.stringify(shown === '' ? name : `${name} ${shown}`)} does not fit what "${name}" may be given`;
}

/** What is wrong with a command that another one runs: a rule that names it allows it too. */
function wrappedFault(
  words: readonly Argument[],
  policy: CommandPolicy,
  around: Surroundings,
): string | undefined {
  const [name, ...args] = words;
  if (name?.text === undefined) return 'a command name must be written out, not computed';
  const variable = /^([^=]*)=/.exec(name.text)?.[1];
  if (variable !== undefined)
    return isReserved(variable) ? `variable "${variable}" may not be set` : 'a command is missing';
  return name.isNamed ? programFault(name.text, args, around) : commandFault(name.text, args, policy, around);
}

function programFault(name: string, args: readonly Argument[], around: Surroundings): string | undefined {
  const known = policyOf(name);
  if (known !== undefined) {
    const fault = argumentsFault(name, known, args, around);
    if (fault !== undefined || known.options !== 'any' || known.writes === false) return fault;
  } else if (!around.filesAreKept && !around.spec.write) {
    return `command "${name}" is not known to leave files alone, and the sandbox does not allow writing`;
  }
  return patternFault(name, args);
}

/** A pattern can become the name of a file that reads as an option. */
function patternFault(name: string, args: readonly Argument[]): string | undefined {
  const end = args.findIndex(({ text }) => text === '--');
  const open = end === -1 ? args : args.slice(0, end);
  return open.some(
    ({ text, start, isPattern }) =>
      text === undefined && isPattern && (start === '' || start.startsWith('-')),
  )
    ? `a pattern at the start of an argument of "${name}" could become an option; write "./" in front of it`
    : undefined;
}

function redirectionFault(
  target: CommandWord,
  writes: boolean,
  { spec, filesAreKept }: CommandPolicy,
): string | undefined {
  const { text } = target;
  if (text === undefined) return 'the file of a redirection must be written out';
  if (text === '/dev/null') return undefined;
  if (text.startsWith('/dev/')) return `a redirection to "${text}" is not allowed`;
  if (filesAreKept) return undefined;
  if (writes && !spec.write) return 'writing is not allowed, nor is a redirection into a file';
  const fault = placeFault(spec, text);
  return fault === undefined ? undefined : `a redirection to "${text}" is not allowed: ${fault}`;
}

function policyOf(name: string): (typeof policies)[string] | undefined {
  return Object.hasOwn(policies, name) ? policies[name] : undefined;
}

function hasControlCharacter(script: string): boolean {
  for (const character of script) {
    const code = character.codePointAt(0) ?? 0;
    if ((code < 32 && code !== 9 && code !== 10) || code === 127) return true;
  }
  return false;
}
