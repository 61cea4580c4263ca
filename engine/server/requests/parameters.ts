import type { JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';

/** One query parameter: how it is described, and how its text becomes a value. */
export interface Parameter<T> {
  readonly description: string;
  readonly schema: JsonObject;
  /** A request without it is refused. */
  readonly isNeeded?: true;
  /** Throws Problem `invalid_request`. */
  read(text: string, name: string): T;
}

/** The query parameters of a route by name. */
export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

/** The values of parameters; absent ones are absent. */
export type Values<P extends Parameters> = {
  readonly [Name in keyof P]?: P[Name] extends Parameter<infer T> ? T : never;
};

/** A whole number from `minimum` to `maximum`. */
export function integer(minimum: number, maximum: number, description: string): Parameter<number> {
  return {
    description,
    schema: { type: 'integer', minimum, maximum },
    read(text, name) {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= minimum && value <= maximum) return value;
      throw new Problem(
        'invalid_request',
        `"${name}" must be a whole number from ${minimum} to ${maximum}, got "${text}"`,
      );
    },
  };
}

/** Any text but the empty one. */
export function text(description: string): Parameter<string> {
  return {
    description,
    schema: { type: 'string', minLength: 1 },
    read(value, name) {
      if (value !== '') return value;
      throw new Problem('invalid_request', `"${name}" must not be empty`);
    },
  };
}

/** An ISO time, as milliseconds since 1970. */
export function time(description: string): Parameter<number> {
  return {
    description,
    schema: { type: 'string', format: 'date-time' },
    read(value, name) {
      const [, day] = /^(\d{4}-\d{2}-\d{2})(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/.exec(value) ?? [];
      const at = day === undefined || !isDay(day) ? Number.NaN : Date.parse(value);
      if (!Number.isNaN(at)) return at;
      throw new Problem(
        'invalid_request',
        `"${name}" must be a time such as 2026-01-31T12:00:00Z, got "${value}"`,
      );
    },
  };
}

/** Whether there is such a day: of February 30th others make one in March. */
function isDay(day: string): boolean {
  const at = Date.parse(day);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}

/** One word of a list. */
export function word<Word extends string>(words: readonly Word[], description: string): Parameter<Word> {
  return {
    description,
    schema: { type: 'string', enum: words },
    read: (value, name) => known(value, name, words),
  };
}

/** Words of a list, separated by commas. */
export function list<Word extends string>(
  words: readonly Word[],
  description: string,
): Parameter<readonly Word[]> {
  return {
    description,
    schema: { type: 'array', items: { type: 'string', enum: words } },
    read: (value, name) => value.split(',').map((item) => known(item.trim(), name, words)),
  };
}

/** The values of a query string; throws Problem `invalid_request` for unknown, repeated and bad parameters. */
export function readQuery<P extends Parameters>(search: string, parameters: P): Values<P> {
  const values: Record<string, unknown> = {};
  for (const [name, value] of search === '' ? [] : new URLSearchParams(search)) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (parameter === undefined) {
      throw new Problem(
        'invalid_request',
        `unknown query parameter "${name}"${choices(name, Object.keys(parameters))}`,
      );
    }
    if (Object.hasOwn(values, name))
      throw new Problem('invalid_request', `query parameter "${name}" is given twice`);
    values[name] = parameter.read(value, name);
  }
  for (const [name, { isNeeded }] of Object.entries(parameters))
    if (isNeeded === true && !Object.hasOwn(values, name))
      throw new Problem('invalid_request', `query parameter "${name}" is missing`);
  return values as Values<P>;
}

function known<Word extends string>(value: string, name: string, words: readonly Word[]): Word {
  const found = words.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new Problem('invalid_request', `unknown value "${value}" of "${name}"${choices(value, words)}`);
}
