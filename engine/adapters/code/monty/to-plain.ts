import type { Json } from '../../../core/json.ts';

/** What of a value JSON cannot hold. */
export class NotPlain extends Error {}

const maxDepth = 100;

/**
 * A value of the interpreter as JSON: dicts are objects with text keys; tuples, sets and frozensets lists; bytes base64; integers beyond
 * 2^53 their digits as text; dates and times ISO text; durations seconds; types, functions and other objects their text. Throws NotPlain
 * for NaN, infinities, and nesting deeper than 100.
 */
export function toPlain(value: unknown, depth = 0): Json {
  if (depth > maxDepth) throw new NotPlain(`it is nested deeper than ${maxDepth} levels`);
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return numberOf(value);
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value) || value instanceof Set) return [...value].map((item) => toPlain(item, depth + 1));
  if (value instanceof Map) {
    const entries = [...value].map(([key, inner]) => [keyOf(key), toPlain(inner, depth + 1)] as const);
    return Object.fromEntries(entries);
  }
  if (typeof value === 'object') return ofType(value as Readonly<Record<string, unknown>>);
  return String(value);
}

function numberOf(value: number): number {
  if (Number.isFinite(value)) return value === 0 ? 0 : value;
  throw new NotPlain(`JSON has no ${Number.isNaN(value) ? 'NaN' : 'infinity'}`);
}

/** A key as Python's json module writes it, and anything else as its JSON. */
function keyOf(key: unknown): string {
  if (typeof key === 'string') return key;
  const plain = toPlain(key);
  return typeof plain === 'string' ? plain : JSON.stringify(plain);
}

function ofType(value: Readonly<Record<string, unknown>>): Json {
  const part = (name: string, length = 2): string => String(value[name] ?? 0).padStart(length, '0');
  const date = (): string => `${part('year', 4)}-${part('month')}-${part('day')}`;
  switch (value['__monty_type__']) {
    case 'Date':
      return date();
    case 'DateTime':
      return `${date()}T${part('hour')}:${part('minute')}:${part('second')}${fraction(value['microsecond'])}${offset(value['offsetSeconds'])}`;
    case 'TimeDelta':
      return (
        Number(value['days']) * 86_400 + Number(value['seconds']) + Number(value['microseconds']) / 1_000_000
      );
    case 'TimeZone':
      return `UTC${offset(value['offsetSeconds'])}`;
    case 'Exception':
      return `${String(value['excType'])}: ${String(value['message'])}`;
    case 'Ellipsis':
      return '...';
    default:
      return String(value['value'] ?? value['__monty_type__'] ?? 'object');
  }
}

function fraction(microseconds: unknown): string {
  return typeof microseconds === 'number' && microseconds > 0
    ? `.${String(microseconds).padStart(6, '0')}`
    : '';
}

function offset(seconds: unknown): string {
  if (typeof seconds !== 'number') return '';
  const minutes = Math.abs(Math.trunc(seconds / 60));
  const two = (count: number): string => String(count).padStart(2, '0');
  return `${seconds < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** JSON for the interpreter: objects as maps, for it takes some objects for types of its own. */
export function toPython(value: Json): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json) => toPython(item));
  return new Map(Object.entries(value).map(([key, inner]) => [key, toPython(inner)]));
}
