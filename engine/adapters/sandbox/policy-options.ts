import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { placeFault } from './policy-places.ts';
import type { ProgramPolicy } from './policy-program.ts';
import type { Argument } from './policy-rules.ts';
import { scriptFault } from './policy-scripts.ts';

/** The options of one command while they are read. */
export interface Options {
  readonly program: string;
  readonly policy: ProgramPolicy;
  readonly spec: SandboxSpec;
  /** An option was seen with which the program needs nothing further. */
  isInfo: boolean;
  /** An option gave the script. */
  hasScript: boolean;
}

type Kind = 'flag' | 'value' | 'optional' | { readonly fault: string };

/** What is wrong with the option at a place, or how many of the following arguments belong to it. */
export function optionFault(
  options: Options,
  argument: Argument,
  args: readonly Argument[],
  index: number,
): string | number {
  const { policy, program } = options;
  const text = argument.text;
  if (text === undefined) return refused(program, argument.start, 'an option must be written out');
  if (!text.startsWith('-')) return cluster(options, text, text, args, index, true);
  if (policy.numbers === true && /^-\d+$/.test(text)) return 0;
  if (text.startsWith('--') || policy.words === true) {
    const equals = policy.words === true ? -1 : text.indexOf('=');
    const name = equals === -1 ? text : text.slice(0, equals);
    const kind = kindOf(options, name);
    if (typeof kind === 'object') return refused(program, name, kind.fault);
    if (equals === -1) return kind === 'value' ? following(options, name, args, index, 1) : 0;
    if (kind === 'flag') return refused(program, text, 'it has no value');
    return fitValue(options, name, text.slice(equals + 1)) ?? 0;
  }
  const whole = policy.refused?.[text];
  if (whole !== undefined) return refused(program, text, whole);
  if (text.length > 2 && policy.flags?.includes(text) === true) return 0;
  return cluster(options, text, text.slice(1), args, index, false);
}

/** Letters behind one dash; those of `tar xf` take their values from the arguments after it. */
function cluster(
  options: Options,
  text: string,
  letters: string,
  args: readonly Argument[],
  index: number,
  isBundled: boolean,
): string | number {
  let taken = 0;
  for (let at = 0; at < letters.length; at += 1) {
    const name = `-${letters[at] ?? ''}`;
    const kind = kindOf(options, name);
    if (typeof kind === 'object') return refused(options.program, text, kind.fault, name);
    if (kind === 'flag') continue;
    const attached = isBundled ? '' : letters.slice(at + 1);
    if (attached !== '') return fitValue(options, name, attached) ?? taken;
    if (kind === 'optional') continue;
    const found = following(options, name, args, index, taken + 1);
    if (typeof found === 'string') return found;
    taken = found;
  }
  return taken;
}

function kindOf(options: Options, name: string): Kind {
  const { policy, spec } = options;
  const fault = policy.refused?.[name];
  if (fault !== undefined) return { fault };
  if (policy.writing?.includes(name) === true && !spec.write)
    return { fault: 'it changes files, and the sandbox does not allow writing' };
  if (policy.values?.includes(name) === true) return 'value';
  if (policy.paths?.includes(name) === true || policy.texts?.includes(name) === true) return 'value';
  if (policy.optional?.includes(name) === true) return 'optional';
  if (policy.flags?.includes(name) === true || policy.writing?.includes(name) === true) return 'flag';
  if (policy.info?.includes(name) === true) {
    options.isInfo = true;
    return 'flag';
  }
  return { fault: 'it is not among the options known to be harmless; a rule of the sandbox can name it' };
}

function following(
  options: Options,
  name: string,
  args: readonly Argument[],
  index: number,
  offset: number,
): string | number {
  const value = args[index + offset];
  if (value === undefined) return refused(options.program, name, 'its value is missing');
  if (value.isNamed) {
    if (options.policy.scriptOptions?.includes(name) === true) options.hasScript = true;
    return offset;
  }
  const { scriptOptions, paths, texts } = options.policy;
  const mustBeKnown = [scriptOptions, paths, texts].some((names) => names?.includes(name) === true);
  if (value.text === undefined && (value.splits || value.isPattern || mustBeKnown))
    return refused(options.program, name, 'its value must be written out');
  return fitValue(options, name, value.text ?? value.start) ?? offset;
}

function fitValue(options: Options, name: string, value: string): string | undefined {
  const { policy, program, spec } = options;
  if (policy.scriptOptions?.includes(name) === true && policy.script !== undefined) {
    options.hasScript = true;
    return scriptFault(policy.script, value);
  }
  const fault =
    policy.paths?.includes(name) === true
      ? placeFault(spec, value)
      : policy.texts?.includes(name) === true && value.startsWith('@')
        ? 'it names a file'
        : undefined;
  return fault === undefined ? undefined : refused(program, `${name} ${value}`, fault);
}

function refused(program: string, text: string, fault: string, part = text): string {
  const within = part === text ? '' : ` ("${part}")`;
  return `argument ${JSON.stringify(text)}${within} of "${program}" is not allowed: ${fault}`;
}
