import { functions } from './cel-functions.ts';
import { loops } from './cel-loop-names.ts';
import { blockHelpers, inlineHelpers } from './template-engine.ts';

/** A word of the two languages, for those who explain them. */
export interface Word {
  readonly name: string;
  /** How it is written. */
  readonly form: string;
  /** What it does, in a sentence. */
  readonly about: string;
}

const loopForms: Readonly<Record<string, string>> = {
  all: 'list.all(item, condition)',
  exists: 'list.exists(item, condition)',
  exists_one: 'list.exists_one(item, condition)',
  filter: 'list.filter(item, condition)',
  map: 'list.map(item, value)',
};

const functionTexts: Readonly<Record<string, string>> = {
  size: 'Length of a string or list, number of keys of a map.',
  sum: 'The numbers of a list added up.',
  avg: 'The mean of a list of numbers; fails for an empty list.',
  min: 'The smallest item of a list, or the smallest argument.',
  max: 'The largest item of a list, or the largest argument.',
  join: 'The items of a list as one string, with a separator between them.',
  split: 'The parts of a string between the separators.',
  lower: 'The text in small letters.',
  upper: 'The text in capital letters.',
  trim: 'The text without white space at both ends.',
  contains: 'Whether a text holds another one.',
  startsWith: 'Whether a text begins with another one.',
  endsWith: 'Whether a text ends with another one.',
  matches: 'Whether a part of the text fits a regular expression (RE2).',
  replace: 'The text with every occurrence of a part replaced.',
  substring: 'The text from one position up to another one, counted from 0.',
  indexOf: 'Where a part begins, counted from 0; -1 when it is not there.',
  keys: 'The keys of a map.',
  distinct: 'The list without repeated items.',
  sortBy: 'The list in order, of the items themselves or of one of their fields.',
  parseJson: 'The value that a JSON text stands for.',
  toJson: 'The value as JSON text.',
  range: 'The numbers from 0 up to, and without, the count.',
  string: 'The value as text.',
  int: 'The value as a whole number.',
  double: 'The value as a number.',
  bool: 'The text "true" or "false" as a bool.',
  hasValue: 'Whether an optional such as `a.?b` holds a value.',
  orValue: 'The value of an optional such as `a.?b`, or the fallback.',
  has: 'Whether a path leads to a value.',
  default: 'The value, or the fallback where it is null or missing.',
  all: 'Whether the condition holds for every item.',
  exists: 'Whether the condition holds for an item.',
  exists_one: 'Whether the condition holds for exactly one item.',
  filter: 'The items for which the condition holds.',
  map: 'What the expression gives for each item.',
};

const helperTexts: Readonly<Record<string, string>> = {
  quote: 'The value between fences, so that a model takes it as data and not as instructions.',
  json: 'The value as JSON.',
  default: 'The value, or the fallback where it is missing, null or empty.',
  date: 'A date in another format.',
  upper: 'The text in capital letters.',
  lower: 'The text in small letters.',
  join: 'The items of a list with a separator between them.',
  if: 'The block where the value is true, there, and not empty.',
  unless: 'The block where the value is false, missing or empty.',
  each: 'The block for every item of a list or map; `this` is the item, `@index` and `@key` its place.',
  with: 'The block with the value as what names are looked up in.',
};

/** The functions of expressions, loops among them, by name. */
export const functionWords: ReadonlyMap<string, Word> = byName([
  ...[...functions].map(([name, { signature }]) => word(name, signature)),
  word('has', 'has(path)'),
  word('default', 'default(value, fallback)'),
  ...[...loops.keys()].map((name) => word(name, loopForms[name] ?? `list.${name}(item, …)`)),
]);

/** The helpers of templates by name. */
export const helperWords: ReadonlyMap<string, Word> = byName([
  ...[...inlineHelpers].map(([name, [form]]) => word(name, form, 'helper')),
  ...blockHelpers.map((name) => word(name, `{{#${name} value}} … {{/${name}}}`, 'helper')),
]);

/** Whether a helper opens a block. */
export function opensBlock(name: string): boolean {
  return blockHelpers.includes(name);
}

function byName(words: readonly Word[]): ReadonlyMap<string, Word> {
  return new Map(words.map((one) => [one.name, one]));
}

function word(name: string, form: string, of: 'function' | 'helper' = 'function'): Word {
  return { name, form, about: (of === 'helper' ? helperTexts : functionTexts)[name] ?? '' };
}
