/** What is known about a value before anything runs. */
export type Type = Dyn | Null | Scalar | List | Record_ | Union;

/** Anything: never a reason for a finding. */
export interface Dyn {
  readonly kind: 'dyn';
}

/** Null, or no value at all. */
export interface Null {
  readonly kind: 'null';
  /** Id of the step whose being skipped gives this null. */
  readonly skipped?: string;
  /** True where null is possible by form but often ruled out by what the conditions mean. */
  readonly soft?: true;
}

/** One value of a finite set. */
export type Literal = string | number | boolean;

/** A scalar; with `values`, one of these. */
export interface Scalar {
  readonly kind: 'bool' | 'number' | 'string';
  readonly values?: readonly Literal[];
  /** The JSON Schema that lists the values. */
  readonly from?: object;
}

/** A list whose items are all of one type. */
export interface List {
  readonly kind: 'list';
  readonly item: Type;
  /** The most items it can have, when that is known. */
  readonly most?: number;
}

/** An object with named fields. */
export interface Record_ {
  readonly kind: 'record';
  readonly fields: ReadonlyMap<string, Field>;
  /** Type of fields that are not named; undefined when reading such a field is a mistake. */
  readonly rest: Type | undefined;
  /** True when a value with further fields does not fit. */
  readonly strict: boolean;
}

/** One field of a record. */
export interface Field {
  readonly type: Type;
  /**
   * `defaulted`: may be left out when writing, is there when reading. `optional`: left out of a list of what is required;
   * `unsaid`: nothing says what is required.
   */
  readonly presence: 'required' | 'defaulted' | 'optional' | 'unsaid';
}

/** One of several types; of none, when there can be no value (`never`). */
export interface Union {
  readonly kind: 'union';
  readonly of: readonly Exclude<Type, Union>[];
}

export const dyn: Dyn = { kind: 'dyn' };
export const nullType: Null = { kind: 'null' };
export const bool: Scalar = { kind: 'bool' };
export const number: Scalar = { kind: 'number' };
export const string: Scalar = { kind: 'string' };
export const never: Union = { kind: 'union', of: [] };

/** A list of items of a type, and at most how many. */
export function listOf(item: Type, most?: number): List {
  return most === undefined ? { kind: 'list', item } : { kind: 'list', item, most };
}

/** A record whose fields are all there; reading another one is a mistake. */
export function recordOf(fields: Readonly<Record<string, Type>>): Record_ {
  const entries = Object.entries(fields).map(
    ([name, type]) => [name, { type, presence: 'required' }] as const,
  );
  return { kind: 'record', fields: new Map(entries), rest: undefined, strict: false };
}

/** The type of exactly these values, all of one kind. */
export function literalOf(...values: readonly Literal[]): Scalar {
  const first = typeof values[0];
  return { kind: first === 'boolean' ? 'bool' : first === 'number' ? 'number' : 'string', values };
}

/** The types a type may be, one by one; none for `never`. */
export function membersOf(type: Type): readonly Exclude<Type, Union>[] {
  return type.kind === 'union' ? type.of : [type];
}

/** Whether there can be no such value. */
export function isNever(type: Type): boolean {
  return type.kind === 'union' && type.of.length === 0;
}

/** The type of a value that is of one of the types; the simplest one that says so. */
export function unionOf(types: readonly Type[]): Type {
  const [only, second] = types;
  if (only !== undefined && (second === undefined || types.every((type) => type === only))) return only;
  const members: Exclude<Type, Union>[] = [];
  for (const member of types.flatMap(membersOf)) {
    if (member.kind === 'dyn') return dyn;
    const index = members.findIndex((other) => other === member || canMerge(other, member));
    const other = members[index];
    if (other === undefined) {
      if (members.length === mostMembers) return dyn;
      members.push(member);
    } else if (other !== member) members[index] = merge(other, member);
  }
  return members.length === 1 && members[0] !== undefined ? members[0] : { kind: 'union', of: members };
}

/** A type without what a test rules out; `dyn` stays. */
export function without(type: Type, isRuledOut: (member: Exclude<Type, Union>) => boolean): Type {
  const members = membersOf(type);
  const kept = members.filter((member) => member.kind === 'dyn' || !isRuledOut(member));
  return kept.length === members.length ? type : unionOf(kept.length === 0 ? [never] : kept);
}

/** A type without null. */
export function withoutNull(type: Type): Type {
  return without(type, (member) => member.kind === 'null');
}

/** A union of more members than this says nothing any more. */
const mostMembers = 24;

function canMerge(a: Type, b: Type): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === 'list') return true;
  if (a.kind === 'record') return sameType(a, b);
  return true;
}

function merge(a: Type, b: Type): Exclude<Type, Union> {
  if (a.kind === 'list' && b.kind === 'list') {
    const most = a.most === undefined || b.most === undefined ? undefined : Math.max(a.most, b.most);
    return listOf(unionOf([a.item, b.item]), most);
  }
  if (a.kind === 'null' && b.kind === 'null') return a.skipped !== undefined || b.soft === true ? a : b;
  if (isScalar(a) && isScalar(b)) {
    if (a.values === undefined || b.values === undefined) return { kind: a.kind };
    const values = [...new Set([...a.values, ...b.values])];
    return { kind: a.kind, values, ...(a.from !== undefined && a.from === b.from ? { from: a.from } : {}) };
  }
  return a as Exclude<Type, Union>;
}

/** Whether a type is text, a number or a bool. */
export function isScalar(type: Type): type is Scalar {
  return type.kind === 'string' || type.kind === 'number' || type.kind === 'bool';
}

function sameType(a: Type, b: Type, depth = 0): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || depth > 8) return false;
  if (a.kind === 'list' && b.kind === 'list') return sameType(a.item, b.item, depth + 1);
  if (a.kind === 'union' && b.kind === 'union')
    return (
      a.of.length === b.of.length &&
      a.of.every((member, index) => sameType(member, b.of[index] ?? dyn, depth + 1))
    );
  if (a.kind === 'record' && b.kind === 'record') {
    if (a.fields.size !== b.fields.size || a.strict !== b.strict) return false;
    if (a.rest !== b.rest && !(a.rest && b.rest && sameType(a.rest, b.rest, depth + 1))) return false;
    return [...a.fields].every(([name, field]) => {
      const other = b.fields.get(name);
      return (
        other !== undefined &&
        other.presence === field.presence &&
        sameType(field.type, other.type, depth + 1)
      );
    });
  }
  if (isScalar(a) && isScalar(b)) return String(a.values) === String(b.values);
  return a.kind === 'dyn' || (a.kind === 'null' && b.kind === 'null' && a.skipped === b.skipped);
}
