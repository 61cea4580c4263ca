import { Cron } from 'croner';
import { suggest } from '../core/suggest.ts';

/** A part of a cron expression that cannot be, as offsets in it. */
export interface CronFault {
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly suggestions?: readonly string[];
}

interface Field {
  readonly what: string;
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
  /** Signs that mean something here besides numbers. */
  readonly signs?: RegExp;
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const nicknames = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

const second: Field = { what: 'second', from: 0, to: 59 };
const fields: readonly Field[] = [
  { what: 'minute', from: 0, to: 59 },
  { what: 'hour', from: 0, to: 23 },
  { what: 'day of the month', from: 1, to: 31, signs: /^(L|LW|\d{1,2}W|\?)$/i },
  { what: 'month', from: 1, to: 12, names: months },
  {
    what: 'day of the week',
    from: 0,
    to: 7,
    names: days,
    signs: /^(\?|L|[0-7]L|[A-Z]{3}L|([0-7]|[A-Z]{3})#[1-5])$/i,
  },
];

/**
 * What is wrong with a cron expression: five fields (minute, hour, day of the month, month, day of the week), or six with the
 * second in front, or a word such as `@daily`. A field is `*`, a number or name, a range `a-b`, either with a step `/n`, or
 * several of them with commas. Expressions whose day never comes, such as `0 0 30 2 *`, are faults too.
 */
export function cronFaults(text: string): readonly CronFault[] {
  const words = [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({ word, start: index }));
  const all = { start: 0, end: text.length };
  const [first] = words;
  if (first === undefined)
    return [{ ...all, message: `it is empty; write five fields, such as "0 8 * * 1-5"` }];
  if (first.word.startsWith('@')) {
    if (words.length === 1 && nicknames.includes(first.word.toLowerCase())) return [];
    const near = suggest(first.word, nicknames, 3);
    const cure =
      near[0] === undefined
        ? `expected one of ${nicknames.map((name) => `"${name}"`).join(', ')}`
        : `did you mean "${near[0]}"?`;
    return [{ ...all, message: `no time is called "${text.trim()}"; ${cure}`, suggestions: near }];
  }
  if (words.length !== 5 && words.length !== 6) {
    const message = `${words.length} ${words.length === 1 ? 'field' : 'fields'}, and five are needed: minute, hour, day of the month, month, day of the week; a sixth in front is the second`;
    return [{ ...all, message }];
  }
  const faults: CronFault[] = [];
  const row = words.length === 6 ? [second, ...fields] : fields;
  for (const [index, { word, start }] of words.entries()) {
    const field = row[index];
    if (field === undefined) continue;
    let at = start;
    for (const part of word.split(',')) {
      const fault = partFault(part, field);
      if (fault !== undefined)
        faults.push({ message: fault, start: at, end: Math.max(at + part.length, at + 1) });
      at += part.length + 1;
    }
  }
  return faults.length > 0
    ? faults
    : wholeFaults(
        text,
        words.slice(-5).map(({ word }) => word),
      );
}

/** A moment that is the same at every check. */
const someday = new Date(Date.UTC(2026, 0, 1));

/** What only the parser that runs schedules tells: how parts go together, and whether there is ever such a time. */
function wholeFaults(text: string, [, , day = '', month = '']: readonly string[]): readonly CronFault[] {
  const all = { start: 0, end: text.length };
  try {
    const cron = new Cron(text, { paused: true, timezone: 'UTC' });
    if (cron.nextRun(someday) !== null) return [];
    return [{ ...all, message: `there is no such day: "${month}" has no day ${day}` }];
  } catch (thrown) {
    const words =
      thrown instanceof Error ? thrown.message.replace(/^CronPattern: /, '') : 'it cannot be read';
    return [{ ...all, message: words.charAt(0).toLowerCase() + words.slice(1).replace(/\.$/, '') }];
  }
}

function partFault(part: string, field: Field): string | undefined {
  const { what, from, to } = field;
  if (part === '') return `the ${what} has an empty part beside a comma`;
  if (field.signs?.test(part) === true) return undefined;
  const [range = '', step, more] = part.split('/');
  if (more !== undefined) return `"${part}" has two steps`;
  if (step !== undefined && (!/^\d+$/.test(step) || Number(step) < 1))
    return `the step of "${part}" must be a number above 0`;
  if (step !== undefined && Number(step) > to)
    return `the step of "${part}" is longer than the ${what} goes: ${from} to ${to}`;
  if (range === '*') return undefined;
  const ends = range.split('-');
  if (step !== undefined && ends.length === 1) {
    const every = `${range}-${to}/${step}`;
    return `"${part}" steps from a single number; write "${every}", or "*/${step}" from the start`;
  }
  if (ends.length > 2) return `"${part}" is no range; write "first-last"`;
  const numbers = ends.map((end) => numberOf(end, field));
  const wrong = numbers.findIndex((number) => number === undefined);
  if (wrong !== -1) {
    const names =
      field.names === undefined ? '' : `, or ${field.names[0] ?? ''} to ${field.names.at(-1) ?? ''}`;
    return `"${ends[wrong] ?? ''}" is no ${what}; expected ${from} to ${to}${names}`;
  }
  const [low = 0, high = low] = numbers as number[];
  if (high < low && !(field.names === days && high === 0))
    return `the range "${range}" goes backwards; write "${ends[1] ?? ''}-${ends[0] ?? ''}", or two ranges with a comma`;
  return undefined;
}

function numberOf(text: string, { from, to, names }: Field): number | undefined {
  const named = names?.indexOf(text.toUpperCase()) ?? -1;
  if (named !== -1) return named + (names === months ? 1 : 0);
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const number = Number(text);
  return number >= from && number <= to ? number : undefined;
}
