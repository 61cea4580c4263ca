import { membersOf, unionOf, type Field, type Literal, type Type } from './type.ts';

/** Something that may be written at a place of an expression or template. */
export interface Offer {
  readonly kind: 'name' | 'field' | 'value' | 'function' | 'helper' | 'block' | 'end' | 'partial';
  /** What is written. */
  readonly text: string;
  /** Of a name or field: what it stands for. */
  readonly type?: Type;
  /** Of a field that may be missing. */
  readonly optional?: boolean;
  /** Of a function or helper: how it is written. */
  readonly form?: string;
  readonly about?: string;
}

/** What may be written, and the stretch of the source that it takes the place of. */
export interface Offers {
  readonly start: number;
  readonly end: number;
  readonly offers: readonly Offer[];
}

/** The fields that a value of a type may have. Those not every member of a union has are optional. */
export function fieldsOf(type: Type): ReadonlyMap<string, Field> {
  const found = new Map<string, Field>();
  const records = membersOf(type).flatMap((member) => (member.kind === 'record' ? [member] : []));
  for (const { fields } of records) {
    for (const [name, field] of fields) {
      const before = found.get(name);
      const isSure =
        field.presence !== 'optional' && records.every((other) => other.fields.get(name) !== undefined);
      found.set(name, {
        type: before === undefined ? field.type : unionOf([before.type, field.type]),
        presence: isSure && before?.presence !== 'optional' ? 'required' : 'optional',
      });
    }
  }
  return found;
}

/** The fields of a type as offers. */
export function fieldOffers(type: Type, kind: 'name' | 'field'): Offer[] {
  return [...fieldsOf(type)].map(([text, field]) => ({
    kind,
    text,
    type: field.type,
    ...(field.presence === 'optional' ? { optional: true } : {}),
  }));
}

/** The values a type names, each once; none where there are too many to name. */
export function literalsOf(type: Type): readonly Literal[] {
  const literals = membersOf(type).flatMap((member): readonly Literal[] => {
    if (member.kind === 'bool') return member.values ?? [true, false];
    return (member.kind === 'string' || member.kind === 'number') && member.values !== undefined
      ? member.values
      : [];
  });
  return [...new Set(literals)];
}
