import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { isReserved } from './command-environment.ts';
import { optionFault, type Options } from './policy-options.ts';
import { placeFault, urlFault } from './policy-places.ts';
import type { ProgramPolicy } from './policy-program.ts';
import type { Argument } from './policy-rules.ts';
import { scriptFault } from './policy-scripts.ts';

/** What an argument may do here. */
export interface Surroundings {
  readonly spec: SandboxSpec;
  /** Whether the sandbox itself keeps commands from files they may not change. */
  readonly filesAreKept: boolean;
  /** What is wrong with a command that another one runs, its name first. */
  faultOfCommand(words: readonly Argument[]): string | undefined;
}

/** What is wrong with the arguments of a program, or undefined. What the rule of the command names is right. */
export function argumentsFault(
  program: string,
  policy: ProgramPolicy,
  args: readonly Argument[],
  around: Surroundings,
): string | undefined {
  if (policy.never !== undefined) return `command "${program}" is never allowed: ${policy.never}`;
  if (policy.byRule !== undefined && !args.some(({ isNamed }) => isNamed))
    return `command "${program}" needs a rule that names its arguments: ${policy.byRule}`;
  if (changesFiles(policy, around))
    return `command "${program}" may change files, and the sandbox does not allow writing`;
  if (policy.options === 'any') return undefined;
  const options: Options = { program, policy, spec: around.spec, isInfo: false, hasScript: false };
  const operands: Argument[] = [];
  let isEnded = false;
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] as Argument;
    const isOption = !isEnded && argument.start.startsWith('-') && argument.text !== '-';
    if (!isEnded && argument.text === '--') {
      isEnded = true;
      // What the rule's author lets follow its own "--" is for the program behind it.
      if (argument.isNamed) return undefined;
      continue;
    }
    if (argument.isNamed) {
      if (!isOption) operands.push(argument);
      else {
        options.isInfo = true;
        if (args[index + 1]?.isOne === true) index += 1;
      }
    } else if (isOption || (policy.bundled === true && index === 0 && argument.text !== undefined)) {
      const taken = optionFault(options, argument, args, index);
      if (typeof taken === 'string') return taken;
      index += taken;
    } else {
      const fault = operandFault(program, argument, isEnded);
      if (fault !== undefined) return fault;
      operands.push(argument);
    }
    const isRest = stopsAfter(policy, operands);
    if (isRest && operands.length > 0) {
      return operandsFault(options, operands, args.slice(index + 1), around);
    }
  }
  return operandsFault(options, operands, [], around);
}

/** Whether what follows the operands seen so far is not for the program itself. */
function stopsAfter(policy: ProgramPolicy, operands: readonly Argument[]): boolean {
  if (policy.wraps === undefined)
    return policy.stops === true || policy.interprets === true || policy.subcommands !== undefined;
  const own =
    policy.wraps.assignments === true ? operands.filter(isAssignment).length : (policy.wraps.operands ?? 0);
  return operands.length > own;
}

function operandsFault(
  options: Options,
  operands: readonly Argument[],
  rest: readonly Argument[],
  around: Surroundings,
): string | undefined {
  const { program, policy } = options;
  const [first] = operands;
  if (policy.subcommands !== undefined) return subcommandFault(options, first, rest, around);
  if (policy.wraps !== undefined) return wrappedFault(policy.wraps, operands, rest, around);
  if (policy.interprets === true) {
    if (options.isInfo) return undefined;
    if (first === undefined) return `"${program}" reads code from standard input; name the file it is to run`;
    if (first.text === '-')
      return `"${program} -" reads code from standard input; name the file it is to run`;
    return first.text === undefined || first.isNamed
      ? undefined
      : refusal(program, first, placeFault(around.spec, first.text));
  }
  if (policy.script !== undefined && !options.hasScript) {
    if (first === undefined) return `"${program}" has no script`;
    if (first.isNamed) return undefined;
    if (first.text === undefined) return `the script of "${program}" must be written out, in single quotes`;
    const fault = scriptFault(policy.script, first.text);
    if (fault !== undefined) return fault;
  }
  const most = policy.most ?? Infinity;
  if (operands.length > most)
    return `"${program}" may be given at most ${most} argument${most === 1 ? '' : 's'} that ${most === 1 ? 'is' : 'are'} no option${most === 1 ? '' : 's'}`;
  for (const operand of operands) {
    const fault = operand.isNamed ? undefined : valueFault(policy, operand, around.spec);
    if (fault !== undefined) return refusal(program, operand, fault);
  }
  return undefined;
}

function valueFault(policy: ProgramPolicy, { text, start }: Argument, spec: SandboxSpec): string | undefined {
  if (policy.urls === true) return text === undefined ? 'it must be written out' : urlFault(spec, text);
  if (policy.noPlus !== undefined && start.startsWith('+')) return policy.noPlus;
  if (policy.noAssignments !== undefined && (text === undefined || text.includes('=')))
    return policy.noAssignments;
  return undefined;
}

function subcommandFault(
  { program, policy, isInfo }: Options,
  first: Argument | undefined,
  rest: readonly Argument[],
  around: Surroundings,
): string | undefined {
  if (first === undefined) return isInfo ? undefined : `say what "${program}" is to do`;
  if (first.text === undefined) return `the first argument of "${program}" must be written out`;
  const name = `${program} ${first.text}`;
  const inner = Object.hasOwn(policy.subcommands ?? {}, first.text)
    ? policy.subcommands?.[first.text]
    : undefined;
  if (inner === undefined) {
    if (!first.isNamed) return `"${name}" is not known to be harmless; a rule of the sandbox can name it`;
    return argumentsFault(name, { writes: policy.writes ?? true }, rest, around);
  }
  if (inner.byRule === undefined) return argumentsFault(name, inner, rest, around);
  if (!first.isNamed) return `"${name}" needs a rule that names it: ${inner.byRule}`;
  const { byRule: _, ...named } = inner;
  return argumentsFault(name, named, rest, around);
}

function wrappedFault(
  wraps: NonNullable<ProgramPolicy['wraps']>,
  operands: readonly Argument[],
  rest: readonly Argument[],
  around: Surroundings,
): string | undefined {
  const own = wraps.assignments === true ? operands.filter(isAssignment).length : (wraps.operands ?? 0);
  const words = [...operands.slice(own), ...rest];
  const unseen: Argument = {
    text: undefined,
    start: '',
    splits: true,
    isPattern: false,
    isNamed: false,
    isOne: false,
  };
  for (const { start } of operands.slice(0, own)) {
    const [variable = ''] = start.split('=');
    if (wraps.assignments === true && isReserved(variable)) return `variable "${variable}" may not be set`;
  }
  if (words.length === 0) return undefined;
  return around.faultOfCommand(wraps.appends === true ? [...words, unseen] : words);
}

function operandFault(program: string, argument: Argument, isEnded: boolean): string | undefined {
  const { text, start, splits, isPattern } = argument;
  if (text !== undefined || isEnded) return undefined;
  if (splits)
    return `an argument of "${program}" that is only known when it runs must stand in double quotes, after "--"`;
  if (start !== '') return undefined;
  return isPattern
    ? `a pattern at the start of an argument of "${program}" could become an option; write "./" in front of it`
    : `an argument of "${program}" that is only known when it runs could become an option; put "--" before it`;
}

/** Whether a program may change files that nothing else keeps it from; options that do are looked at one by one. */
function changesFiles(policy: ProgramPolicy, { spec, filesAreKept }: Surroundings): boolean {
  if (filesAreKept || spec.write || policy.subcommands !== undefined || policy.wraps !== undefined)
    return false;
  return policy.writes !== false && policy.writing === undefined;
}

function isAssignment({ start }: Argument): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*=/.test(start);
}

function refusal(program: string, { text, start }: Argument, fault: string | undefined): string | undefined {
  return fault === undefined
    ? undefined
    : `argument ${JSON.stringify(text ?? start)} of "${program}" is not allowed: ${fault}`;
}
