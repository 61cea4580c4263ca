import { isObject, type Json } from '../core/json.ts';
import { pointer as segment } from '../core/json-pointer.ts';
import { misfitsOfValue, type Misfit } from './assignable.ts';
import { typeOfExpression } from './expression.ts';
import type { TypeFault } from './type-fault.ts';
import type { TypeScope } from './type-scope.ts';
import { bool, listOf, literalOf, never, nullType, number, recordOf, unionOf, type Type } from './type.ts';
import type { Value } from './types.ts';
import { valueLeaves, type Leaf } from './value.ts';

/** What checking the types of a value tells. */
export interface TypedValue {
  readonly type: Type;
  /** Its expressions with their types. */
  readonly leaves: readonly (Leaf & { readonly type: Type })[];
  /** `pointer` names the string, offsets count inside it. */
  readonly faults: readonly (TypeFault & { readonly pointer: string })[];
  /** Reasons why the value may not fit a type. */
  misfits(expected: Type): readonly Misfit[];
}

/** The type of a value in a scope, and the faults that only types show in its expressions. */
export function typeOfValue(value: Value, scope: TypeScope): TypedValue {
  const types = new Map<string, Type>();
  const faults: (TypeFault & { pointer: string })[] = [];
  const leaves: (Leaf & { readonly type: Type })[] = [];
  for (const leaf of valueLeaves(value)) {
    const { pointer, offset, expression } = leaf;
    const checked = typeOfExpression(expression, scope);
    types.set(pointer, checked.type);
    leaves.push({ ...leaf, type: checked.type });
    for (const fault of checked.faults)
      faults.push({ ...fault, start: fault.start + offset, end: fault.end + offset, pointer });
  }
  const typeAt = (pointer: string): Type | undefined => types.get(pointer);
  return {
    type: typeOf(value.source, typeAt, ''),
    leaves,
    faults,
    misfits: (expected) => misfitsOfValue(value.source, typeAt, expected),
  };
}

/** Constant text keeps its words; constant numbers and bools only say their kind. */
function typeOf(json: Json, typeAt: (pointer: string) => Type | undefined, at: string): Type {
  const computed = typeAt(at);
  if (computed !== undefined) return computed;
  if (isObject(json)) {
    return recordOf(
      Object.fromEntries(
        Object.entries(json).map(([key, inner]) => [key, typeOf(inner, typeAt, at + segment(key))]),
      ),
    );
  }
  if (typeof json === 'object' && json !== null) {
    return listOf(
      unionOf([never, ...json.map((inner, index) => typeOf(inner, typeAt, at + segment(index)))]),
    );
  }
  if (json === null) return nullType;
  return typeof json === 'string' ? literalOf(json) : typeof json === 'number' ? number : bool;
}
