import { membersOf, type Type } from './type.ts';

/** A type in the writer's words: `"open" or "closed"`, `list of number`, `map with sku, price`. */
export function nameOfType(type: Type): string {
  const names = [...new Set(membersOf(type).flatMap(namesOf))];
  const shown = names.length > 6 ? [...names.slice(0, 6), '…'] : names;
  if (shown.length === 0) return 'nothing';
  const last = shown.at(-1) ?? '';
  return shown.length === 1 ? last : `${shown.slice(0, -1).join(', ')} or ${last}`;
}

/** Only what kind of value it is: `string`, `list`, `map`. */
export function kindOfType(type: Type): string {
  return [...new Set(membersOf(type).map(kindName))].join(' or ') || 'nothing';
}

function namesOf(type: Type): string[] {
  switch (type.kind) {
    case 'string':
    case 'number':
    case 'bool':
      return type.values === undefined ? [type.kind] : type.values.map((value) => JSON.stringify(value));
    case 'list': {
      const item = type.item.kind === 'union' ? `(${nameOfType(type.item)})` : nameOfType(type.item);
      return [type.item.kind === 'dyn' ? 'list' : `list of ${item}`];
    }
    case 'record': {
      const fields = [...type.fields.keys()];
      if (fields.length === 0) return ['map'];
      return [`map with ${fields.slice(0, 4).join(', ')}${fields.length > 4 ? ', …' : ''}`];
    }
    default:
      return [kindName(type)];
  }
}

function kindName(type: Type): string {
  return type.kind === 'dyn' ? 'anything' : type.kind === 'record' ? 'map' : type.kind;
}
