import { fieldsOf } from './offers.ts';
import { membersOf, type Field, type Record_, type Type } from './type.ts';

/** How much of a type is written out. */
export interface TypeBounds {
  /** Levels of maps and lists; deeper ones are `…`. Default 4. */
  readonly depth?: number;
  /** Fields of a map, and values of an enumeration. Default 12. */
  readonly width?: number;
}

/**
 * A type written out in full, within bounds: `"open" | "closed"`, `{ id: string, note?: string }[]`, `number | null`. Short maps stand
 * on one line, others have a line for each field. What is not known is `any`.
 */
export function describeType(type: Type, { depth = 4, width = 12 }: TypeBounds = {}): string {
  return describe(type, { depth, width, indent: '' });
}

type Member = ReturnType<typeof membersOf>[number];

interface Bounds {
  readonly depth: number;
  readonly width: number;
  readonly indent: string;
}

const longestLine = 72;

function describe(type: Type, bounds: Bounds): string {
  const members = alike(membersOf(type));
  if (members.length === 0) return 'nothing';
  const parts = members.flatMap((member) => describeMember(member, bounds));
  const kept = cut([...new Set(parts)], bounds.width);
  return kept.join(' | ');
}

/** Maps with the same fields, such as the ways a step may end, as one. */
function alike(members: readonly Member[]): readonly Member[] {
  const [first, ...others] = members.filter((member) => member.kind === 'record');
  if (first === undefined || others.length === 0) return members;
  const names = [...first.fields.keys()];
  const isSame = others.every(
    ({ fields }) => fields.size === names.length && names.every((name) => fields.has(name)),
  );
  if (!isSame) return members;
  const merged: Record_ = { ...first, fields: fieldsOf({ kind: 'union', of: [first, ...others] }) };
  return [merged, ...members.filter((member) => member.kind !== 'record')];
}

function describeMember(type: Member, bounds: Bounds): string[] {
  switch (type.kind) {
    case 'dyn':
      return ['any'];
    case 'null':
      return ['null'];
    case 'list': {
      if (bounds.depth <= 0) return ['…[]'];
      const item = describe(type.item, deeper(bounds, ''));
      return [membersOf(type.item).length > 1 || item.includes(' | ') ? `(${item})[]` : `${item}[]`];
    }
    case 'record':
      return [describeRecord(type, bounds)];
    default:
      return type.values === undefined
        ? [type.kind]
        : cut(
            type.values.map((value) => JSON.stringify(value)),
            bounds.width,
          );
  }
}

function describeRecord({ fields, rest }: Record_, bounds: Bounds): string {
  if (fields.size === 0 && rest === undefined) return '{}';
  if (bounds.depth <= 0) return '{ … }';
  const inner = deeper(bounds, '  ');
  const lines = cut(
    [...fields].map(([name, field]) => describeField(name, field, inner)),
    bounds.width,
  );
  // What an open map may hold besides is said only when that says something.
  if (rest !== undefined && (rest.kind !== 'dyn' || lines.length === 0))
    lines.push(`[any]: ${describe(rest, inner)}`);
  const short = `{ ${lines.join(', ')} }`;
  const fits =
    bounds.indent.length + short.length <= longestLine && !lines.some((line) => line.includes('\n'));
  if (fits) return short;
  return `{\n${lines.map((line) => `${inner.indent}${line}\n`).join('')}${bounds.indent}}`;
}

function describeField(name: string, { type, presence }: Field, bounds: Bounds): string {
  const word = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
  return `${word}${presence === 'optional' ? '?' : ''}: ${describe(type, bounds)}`;
}

function deeper({ depth, width, indent }: Bounds, more: string): Bounds {
  return { depth: depth - 1, width, indent: indent + more };
}

function cut(parts: string[], most: number): string[] {
  return parts.length > most ? [...parts.slice(0, most), '…'] : parts;
}
