import { InvalidArgumentError } from 'commander';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';

/** How findings can be written. */
export const formats = [
  'codeframe',
  'stylish',
  'json',
  'jsonl',
  'sarif',
  'junit',
  'github',
  'markdown',
  'agent',
] as const;

/** A way to write findings. */
export type Format = (typeof formats)[number];

/** A format and where it goes: a file, or stdout without one. */
export interface Target {
  readonly format: Format;
  readonly file?: string;
}

/** Reads one `--format <format>[=<file>]` of the command line and adds it to those before it. */
export function addTarget(text: string, before: readonly Target[] = []): readonly Target[] {
  const [word = '', ...rest] = text.split('=');
  const format = formats.find((candidate) => candidate === word);
  if (format === undefined) {
    const end = choices(word, formats).slice('; '.length);
    throw new InvalidArgumentError(end.charAt(0).toUpperCase() + end.slice(1));
  }
  const file = rest.join('=');
  if (rest.length > 0 && file === '') throw new InvalidArgumentError('Expected a file after "=".');
  return [...before, rest.length === 0 ? { format } : { format, file }];
}

/**
 * The targets of a command: those that were given, and a format for stdout when none of them goes there.
 * Throws Problem `invalid_request` when two formats would go to stdout, or to one file.
 */
export function allTargets(given: readonly Target[], printed: Format): readonly Target[] {
  const places = given.map(({ file }) => file);
  const twice = places.find((place, index) => places.indexOf(place) < index);
  if (twice !== undefined)
    throw new Problem(
      'invalid_request',
      `two formats would be written to "${twice}"; give each its own file`,
    );
  if (places.filter((place) => place === undefined).length > 1) {
    throw new Problem(
      'invalid_request',
      'only one format can be printed; give the others a file, as in "--format sarif=findings.sarif"',
    );
  }
  return places.includes(undefined) ? given : [...given, { format: printed }];
}
