import { dyn, isNever, membersOf, never, recordOf, unionOf, type Record_, type Type } from './type.ts';

/** What the names at one place are known to be. */
export interface TypeScope {
  /** The names with what conditions around the place have narrowed them to. */
  readonly types: Record_;
  /** The names as they were declared. */
  readonly declared: Record_;
  /** Conditions without whitespace, and the steps that run exactly where they hold. */
  readonly conditions: ReadonlyMap<string, readonly string[]>;
}

/** A scope with these names. */
export function typeScope(names: Readonly<Record<string, Type>>): TypeScope {
  const types = recordOf(names);
  return { types, declared: types, conditions: new Map() };
}

/** The same scope with more names, which hide those of the same name. */
export function withNames(scope: TypeScope, names: Readonly<Record<string, Type>>): TypeScope {
  const add = (record: Record_): Record_ => ({
    ...record,
    fields: new Map([...record.fields, ...recordOf(names).fields]),
  });
  const types = add(scope.types);
  return { ...scope, types, declared: scope.declared === scope.types ? types : add(scope.declared) };
}

/** The same scope with one more field in the record that a name stands for. */
export function withField(scope: TypeScope, name: string, field: string, type: Type): TypeScope {
  const add = (record: Record_): Record_ => {
    const inner = record.fields.get(name)?.type;
    if (inner?.kind !== 'record') return record;
    const fields = new Map(inner.fields).set(field, { type, presence: 'required' });
    return {
      ...record,
      fields: new Map(record.fields).set(name, { type: { ...inner, fields }, presence: 'required' }),
    };
  };
  const types = add(scope.types);
  return { ...scope, types, declared: scope.declared === scope.types ? types : add(scope.declared) };
}

/**
 * The scope narrowed: what stands at a path becomes what `narrow` makes of it; members of a union without it fall away. With
 * `isThere`, the path is known to be there in full.
 */
export function narrowPath(
  scope: TypeScope,
  path: readonly string[],
  narrow: (type: Type) => Type,
  isThere = false,
): TypeScope {
  const types = narrowIn(scope.types, path, narrow, isThere);
  // A condition that can never hold has its own finding; nothing behind it shall have more.
  return types.kind !== 'record' ? scope : { ...scope, types };
}

/** What holds where one of two narrowings of a scope holds. */
export function joinScopes(a: TypeScope, b: TypeScope): TypeScope {
  const types = join(a.types, b.types);
  return types.kind === 'record' ? { ...a, types } : a;
}

function narrowIn(type: Type, path: readonly string[], narrow: (type: Type) => Type, isThere: boolean): Type {
  const [name, ...rest] = path;
  if (name === undefined) return narrow(type);
  const members = membersOf(type);
  const kept = members.map((member): Type => {
    if (member.kind === 'dyn') return member;
    if (member.kind !== 'record') return never;
    const field = member.fields.get(name);
    if (field === undefined) return member.rest === undefined ? never : member;
    const inner = narrowIn(field.type, rest, narrow, isThere);
    const presence = isThere ? 'required' : field.presence;
    if (inner === field.type && presence === field.presence) return member;
    if (isNever(inner)) return never;
    return { ...member, fields: new Map(member.fields).set(name, { type: inner, presence }) };
  });
  if (kept.every((member, index) => member === members[index])) return type;
  return unionOf(kept);
}

function join(a: Type, b: Type): Type {
  if (a === b) return a;
  if (a.kind !== 'record' || b.kind !== 'record' || a.fields.size !== b.fields.size) return unionOf([a, b]);
  const fields = new Map(
    [...a.fields].map(([name, field]) => {
      const other = b.fields.get(name) ?? { type: dyn, presence: field.presence };
      const presence = field.presence === 'required' ? other.presence : field.presence;
      return [name, { presence, type: join(field.type, other.type) }];
    }),
  );
  return { ...a, fields };
}
