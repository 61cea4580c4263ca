import {
  bool,
  dyn,
  isScalar,
  listOf,
  membersOf,
  never,
  number,
  string,
  unionOf,
  without,
  withoutNull,
  type Type,
} from './type.ts';

/** What a function takes and gives, for checking before anything runs. */
export interface Signature {
  /** One an argument, the receiver first; the last one also stands for further arguments. */
  readonly takes: readonly Param[];
  gives(args: readonly Type[]): Type;
}

/** What an argument may be. */
export interface Param {
  /** For messages: `a string`. */
  readonly name: string;
  /** Whether a value of this type, which is no union, may be passed. */
  accepts(type: Type): boolean;
}

const any: Param = { name: 'any value', accepts: () => true };
const text: Param = { name: 'a string', accepts: ({ kind }) => kind === 'string' };
const numeric: Param = { name: 'a number', accepts: ({ kind }) => kind === 'number' };
const scalar: Param = { name: 'a string, number or bool', accepts: isScalar };
const list: Param = { name: 'a list', accepts: ({ kind }) => kind === 'list' };
const record: Param = { name: 'a map', accepts: ({ kind }) => kind === 'record' };
const sized: Param = {
  name: 'a string, list or map',
  accepts: ({ kind }) => kind === 'string' || kind === 'list' || kind === 'record',
};
const numbers: Param = { name: 'a list of numbers', accepts: (type) => isListOf(type, numeric) };
const scalars: Param = {
  name: 'a list of strings, numbers or bools',
  accepts: (type) => isListOf(type, scalar),
};
const numberOrText: Param = {
  name: 'a number or string',
  accepts: ({ kind }) => kind === 'number' || kind === 'string',
};
const boolOrText: Param = {
  name: 'a bool or string',
  accepts: ({ kind }) => kind === 'bool' || kind === 'string',
};
const listOrScalar: Param = {
  name: 'a list, or values to compare',
  accepts: (type) => type.kind === 'list' || isScalar(type),
};

/** The functions of the language that are no part of its syntax, by name. */
export const signatures: ReadonlyMap<string, Signature> = new Map(
  Object.entries({
    size: to(number, sized),
    sum: to(number, numbers),
    avg: to(number, numbers),
    min: { takes: [listOrScalar], gives: extreme },
    max: { takes: [listOrScalar], gives: extreme },
    join: to(string, scalars, text),
    split: to(listOf(string), text, text),
    lower: to(string, text),
    upper: to(string, text),
    trim: to(string, text),
    contains: to(bool, text, text),
    startsWith: to(bool, text, text),
    endsWith: to(bool, text, text),
    matches: to(bool, text, text),
    replace: to(string, text, text, text),
    substring: to(string, text, numeric, numeric),
    indexOf: to(number, text, text),
    keys: to(listOf(string), record),
    distinct: { takes: [list], gives: ([first]) => listOf(itemOf(first), mostOf(first)) },
    sortBy: { takes: [list, text], gives: ([first]) => listOf(itemOf(first), mostOf(first)) },
    parseJson: to(dyn, text),
    toJson: to(string, any),
    range: to(listOf(number), numeric),
    string: to(string, scalar),
    int: to(number, numberOrText),
    double: to(number, numberOrText),
    bool: to(bool, boolOrText),
    has: to(bool, any),
    hasValue: to(bool, any),
    orValue: {
      takes: [any],
      gives: ([value = dyn, fallback = dyn]) => unionOf([without(value, isAbsence), fallback]),
    },
    default: {
      takes: [any],
      gives: ([value = dyn, fallback = dyn]) => unionOf([withoutNull(value), fallback]),
    },
  }),
);

/** The type of the items of a list, or of a value that may be one. */
export function itemOf(type: Type | undefined): Type {
  const items = membersOf(type ?? dyn).flatMap((member) =>
    member.kind === 'list' ? [member.item] : member.kind === 'dyn' ? [dyn] : [],
  );
  return items.length === 0 ? dyn : unionOf(items);
}

/** The most items a value may have that is a list or null; undefined when that is not known. */
export function mostOf(type: Type | undefined): number | undefined {
  const lists = membersOf(type ?? dyn).filter(({ kind }) => kind !== 'null');
  const most = lists.map((member) => (member.kind === 'list' ? member.most : undefined));
  return most.includes(undefined) ? undefined : Math.max(0, ...most.map((count) => count ?? 0));
}

function to(result: Type, ...takes: readonly Param[]): Signature {
  return { takes, gives: () => result };
}

function extreme(args: readonly Type[]): Type {
  const type = args.length === 1 ? itemOf(args[0]) : unionOf(args);
  return unionOf([
    never,
    ...membersOf(type).map((member) => (isScalar(member) ? { kind: member.kind } : dyn)),
  ]);
}

function isListOf(type: Type, param: Param): boolean {
  if (type.kind !== 'list') return false;
  const items = membersOf(type.item);
  return items.length === 0 || items.some((item) => item.kind === 'dyn' || param.accepts(item));
}

function isAbsence(type: Type): boolean {
  return type.kind === 'null' && (type.soft === true || type.skipped !== undefined);
}
