import { membersOf, type Type } from '../expr/index.ts';

/**
 * Whether no value of the first type fits the second. Narrowing is no reason: text may turn out to be one of a set of words, and
 * what may be null may turn out not to be.
 */
export function neverFits(actual: Type, expected: Type): boolean {
  const members = membersOf(actual);
  const targets = membersOf(expected);
  if (members.length === 0 || targets.length === 0) return false;
  return members.every((member) => targets.every((target) => apart(member, target)));
}

function apart(actual: Type, expected: Type): boolean {
  if (actual.kind === 'dyn' || expected.kind === 'dyn') return false;
  if (actual.kind === 'null' && actual.soft === true) return false;
  if (actual.kind !== expected.kind) return true;
  if (actual.kind === 'list' && expected.kind === 'list') return neverFits(actual.item, expected.item);
  if (actual.kind === 'record' && expected.kind === 'record') return recordsApart(actual, expected);
  const values = 'values' in actual ? actual.values : undefined;
  const allowed = 'values' in expected ? expected.values : undefined;
  if (values === undefined || allowed === undefined) return false;
  return !values.some((value) => allowed.includes(value));
}

type RecordType = Extract<Type, { kind: 'record' }>;

function recordsApart(actual: RecordType, expected: RecordType): boolean {
  for (const [name, { type, presence }] of expected.fields) {
    const own = actual.fields.get(name);
    if (own === undefined) {
      if (presence === 'required' && actual.rest === undefined) return true;
    } else if (presence !== 'optional' || own.presence !== 'optional') {
      if (neverFits(own.type, type)) return true;
    }
  }
  if (!expected.strict) return false;
  return [...actual.fields].some(
    ([name, { presence }]) => presence === 'required' && !expected.fields.has(name),
  );
}
