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

interface Bounds {
  readonly depth: number;
  readonly width: number;
  readonly indent: string;
}

const longestLine = 72;

function describe(type: Type, bounds: Bounds): string {
  const members = membersOf(type);
  if (members.length === 0) return 'nothing';
  const parts = members.flatMap((member) => describeMember(member, bounds));
  const kept = cut([...new Set(parts)], bounds.width);
  return kept.join(' | ');
}

function describeMember(type: ReturnType<typeof membersOf>[number], bounds: Bounds): string[] {
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
  if (rest !== undefined) lines.push(`[any]: ${describe(rest, inner)}`);
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
