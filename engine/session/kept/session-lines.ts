import { sessionKey, type SessionAddress } from '../../core/ids.ts';
import { isObject, isTooDeep, type Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { compileSchema, describeFaults } from '../../expr/index.ts';
import type { Redactor } from '../../journal/index.ts';
import type { Documents } from '../../ports/store.ts';
import { split, type Entry } from '../entry.ts';
import { endOf, placedEntries, type PlacedEntry } from './page-entries.ts';
import { entryLine, headLine } from './session-line-schema.ts';

/** What the first line of an exported session says. */
const format = 'flue-session';
const version = 1;
const window = 256;

/** A session as lines of JSON: one that says what it is, and one for each entry. Read in pieces. */
export async function* sessionLines(documents: Documents, address: SessionAddress): AsyncGenerator<string> {
  const key = sessionKey(address);
  const end = await endOf(documents, key);
  yield lineOf({ format, version, ...address, entries: end });
  for (let from = 0; from < end; from += window) {
    const placed = await placedEntries(documents, key, from, Math.min(from + window, end));
    for (const one of placed) yield lineOf(toLine(one));
  }
}

/**
 * The entries that lines stand for. Nothing is taken of lines of which one is wrong.
 * Throws Problem `invalid_input`, which names the line.
 */
export async function readLines(
  lines: Iterable<string> | AsyncIterable<string>,
  redact: Redactor,
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  let expected: number | undefined;
  let number = 0;
  for await (const line of eachLine(lines)) {
    number += 1;
    if (line.trim() === '') continue;
    const value = parse(line, number);
    if (expected === undefined) {
      check(headLine, value, number);
      expected = (value as { entries: number }).entries;
      continue;
    }
    check(entryLine, value, number);
    const entry = toEntry(redact.json(value) as unknown as Line);
    const fault = faultBehind(entries, entry);
    if (fault !== undefined) throw wrong(number, fault);
    entries.push(entry);
  }
  if (expected === undefined)
    throw new Problem('invalid_input', 'there is no line; the first must say what it is');
  if (entries.length === expected) return entries;
  throw new Problem(
    'invalid_input',
    `the first line says ${expected} entries, and there are ${entries.length}; the rest is missing or too much`,
  );
}

/** An entry as it is written out. */
type Line = { readonly at: string } & (
  | (Omit<Extract<Entry, { role: 'compaction' }>, 'role' | 'at'> & { readonly kind: 'compaction' })
  | {
      readonly kind: 'message';
      readonly marks?: Omit<ReturnType<typeof split>['marks'], 'at'>;
      readonly message: ReturnType<typeof split>['message'];
    }
);

function toLine({ at, entry }: PlacedEntry): Line {
  const time = new Date(at).toISOString();
  if (entry.role === 'compaction') {
    const { role: kind, at: _at, ...rest } = entry;
    return { kind, at: time, ...rest };
  }
  const { message, marks } = split(entry);
  const { at: _at, ...own } = marks;
  return { kind: 'message', at: time, ...(Object.keys(own).length === 0 ? {} : { marks: own }), message };
}

function toEntry({ at, ...line }: Line): Entry {
  const time = { at: Date.parse(at) };
  if (line.kind === 'compaction') {
    const { kind: role, ...rest } = line;
    return { role, ...rest, ...time };
  }
  return { ...line.message, ...line.marks, ...time };
}

/** What no model would take: results without calls, and calls without results before something else. */
function faultBehind(entries: readonly Entry[], entry: Entry): string | undefined {
  if (entry.role === 'compaction')
    return entry.from <= entries.length ? undefined : '"from" is no entry before this one';
  const last = entries.findLast(({ role }) => role !== 'compaction');
  const open =
    last?.role === 'assistant'
      ? last.content.flatMap((part) => (part.type === 'tool_call' ? part.toolCallId : []))
      : [];
  if (entry.role !== 'tool')
    return open.length === 0 ? undefined : `the call "${open[0] ?? ''}" before it has no result`;
  const answered = entry.content.map(({ toolCallId }) => toolCallId);
  const stray = answered.find((id) => !open.includes(id));
  if (stray !== undefined) return `it has a result of "${stray}", which was not called`;
  const missing = open.find((id) => !answered.includes(id));
  return missing === undefined ? undefined : `the call "${missing}" before it has no result`;
}

function parse(line: string, number: number): Json {
  let value: Json;
  try {
    value = JSON.parse(line) as Json;
  } catch (thrown) {
    throw wrong(number, 'it is not JSON', thrown);
  }
  if (!isObject(value) || isTooDeep(value)) throw wrong(number, 'it is not a JSON object of usual depth');
  return value;
}

function check(schema: Parameters<typeof compileSchema>[0], value: Json, number: number): void {
  const { faults } = compileSchema(schema).check(value);
  if (faults.length > 0) throw wrong(number, describeFaults(faults));
}

function wrong(number: number, fault: string, cause?: unknown): Problem {
  return new Problem('invalid_input', `line ${number}: ${fault}`, { details: { line: number }, cause });
}

function lineOf(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** Lines, from texts that may hold parts of one or many. */
async function* eachLine(texts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  let begun: string[] = [];
  for await (const text of typeof texts === 'string' ? [texts] : texts) {
    const [first = '', ...more] = text.split('\n');
    begun.push(first);
    if (more.length === 0) continue;
    yield begun.join('');
    begun = [more.pop() ?? ''];
    yield* more;
  }
  const rest = begun.join('');
  if (rest !== '') yield rest;
}
