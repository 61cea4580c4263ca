import type { Command } from 'commander';
import { whereTokenIs } from './server-option.ts';
import { choices, suggest } from '../core/suggest.ts';

/**
 * A message of the argument parser in the manner of all other messages: lower case, double quotes, no full stop, the likely
 * word at the end, and where to look further.
 * @param command what was called, such as "engine dev".
 */
export function plainUsageError(text: string, command = 'engine'): string {
  const [first = '', ...rest] = text.trim().split('\n');
  const near = /^\(Did you mean (?:one of )?(.+)\?\)$/.exec(rest.join(' '))?.[1];
  // Also one that was given in one word with its value is not repeated.
  if (/^error: unknown option '--token\b/.test(first))
    return `error: unknown option "--token"; ${whereTokenIs}\nsee "${command} --help"\n`;
  const message = first
    .replaceAll(/'([^']*)'/g, '"$1"')
    .replace(/\. (?=[A-Z])/g, '; ')
    .replace(/; [A-Z]/g, (start) => start.toLowerCase())
    .replace(/\.$/, '');
  const meant =
    near === undefined
      ? ''
      : `; did you mean ${near
          .split(', ')
          .map((word) => `"${word}"`)
          .join(' or ')}?`;
  return `${message}${meant}\nsee "${command} --help"\n`;
}

/**
 * What is said instead of "too many arguments" where the first of them is meant as a command of a group that does something without one,
 * and of "unknown option" for a project that is an argument; undefined for other faults.
 */
export function unknownWord(command: Command, text: string): string | undefined {
  const [, option] = /^error: unknown option '(-p|--project)\b/.exec(text) ?? [];
  const [first] = command.registeredArguments.map((one) => one.name());
  if (option !== undefined && (first === 'project' || first === 'folder'))
    return `error: unknown option "${option}"; name the folder alone: "engine ${command.name()} <folder>"`;
  const { parent } = command;
  // What a group does by default is a command of it that was not named.
  const isDefault = parent?.args[0] !== command.name();
  const called = isDefault && command.commands.length === 0 ? (parent ?? command) : command;
  const { args, commands, registeredArguments, options } = called;
  const name = called.name();
  const [word] = args;
  if (!text.startsWith('error: too many arguments') || word === undefined) return undefined;
  if (commands.length === 0)
    return registeredArguments.length === 0 && options.some(({ long }) => long === '--project')
      ? `error: "${name}" takes no "${word}"; a project is named with --project`
      : undefined;
  const names = commands.map((one) => one.name());
  if (registeredArguments.length > 0 && suggest(word, names).length === 0) return undefined;
  return `error: unknown command "${word}"${choices(word, names)}`;
}
