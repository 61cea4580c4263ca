import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { CassetteEntry } from './cassette-file.ts';

/** Who asks for what, where a cassette is missing it. */
export interface Missed {
  readonly file: string;
  readonly request: JsonObject;
  readonly by: JsonObject;
}

/** The Problem of a call that was not recorded: which one, the recorded one it is most like, and what differs. */
export function missOf({ file, request, by }: Missed, entries: readonly CassetteEntry[]): Problem {
  const asked = `the cassette "${file}" has no answer for this call of ${nameOf(request)} (${who(by)})`;
  const advice = 'record it again, or put back what was changed';
  const [nearest] = entries
    .map((entry) => ({ entry, differs: differences(request, entry.request) }))
    .sort((a, b) => distance(a.differs) - distance(b.differs));
  if (nearest === undefined)
    return new Problem('cassette_miss', `${asked}: it has no calls at all; ${advice}`, { details: { by } });
  const { entry, differs } = nearest;
  const shown = differs.slice(0, maxShown).map(({ at, now, was }) => `${at} is ${now}, was ${was}`);
  if (differs.length > maxShown) shown.push(`and ${differs.length - maxShown} more`);
  return new Problem(
    'cassette_miss',
    `${asked}; the nearest recorded one (${who(entry.by)}) differs: ${shown.join('; ')}; ${advice}`,
    {
      details: {
        by,
        nearest: entry.by,
        differs: differs.map(({ at, now, was }) => ({ at, now, was })).slice(0, maxDetails),
      },
    },
  );
}

const maxShown = 3;
const maxDetails = 50;

interface Difference {
  /** Where, for example `messages[0].content[0].text`. */
  readonly at: string;
  readonly now: string;
  readonly was: string;
}

/** Another provider or model is further away than any other words. */
function distance(differs: readonly Difference[]): number {
  return differs.reduce((sum, { at }) => sum + (at === 'provider' || at === 'model' ? 1_000 : 1), 0);
}

function differences(now: Json | undefined, was: Json | undefined, at = ''): Difference[] {
  if (Array.isArray(now) && Array.isArray(was)) {
    return Array.from({ length: Math.max(now.length, was.length) }, (_, index) => index).flatMap((index) =>
      differences(now[index] as Json | undefined, was[index] as Json | undefined, `${at}[${index}]`),
    );
  }
  if (isObject(now) && isObject(was)) {
    return [...new Set([...Object.keys(now), ...Object.keys(was)])].flatMap((key) =>
      differences(now[key], was[key], at === '' ? key : `${at}.${key}`),
    );
  }
  if (now === was) return [];
  if (typeof now === 'string' && typeof was === 'string') {
    const from = firstDifference(now, was);
    return [{ at, now: excerpt(now, from), was: excerpt(was, from) }];
  }
  return [{ at, now: describe(now), was: describe(was) }];
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}

/** What is around a place of a text, on one line. */
function excerpt(text: string, at: number): string {
  const start = Math.max(0, at - 20);
  const end = Math.min(text.length, at + 40);
  const part = text.slice(start, end).toWellFormed();
  return JSON.stringify(`${start > 0 ? '…' : ''}${part}${end < text.length ? '…' : ''}`);
}

function describe(value: Json | undefined): string {
  if (value === undefined) return 'absent';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function nameOf({ provider, model }: JsonObject): string {
  return `"${String(provider)}/${String(model)}"`;
}

function who({ agent, step, turn }: JsonObject): string {
  return `agent "${String(agent)}"${step === undefined ? '' : `, step "${String(step)}"`}, turn ${String(turn)}`;
}
