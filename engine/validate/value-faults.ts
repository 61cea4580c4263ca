import { pointer as pointerOf } from '../core/json-pointer.ts';
import { stableText, type Json, type JsonObject } from '../core/json.ts';
import { suggest } from '../core/suggest.ts';
import { describe, either, nameOf, quote, typeWord, type Fault } from './fault.ts';
import { patternOf } from './pattern.ts';
import type { Located, SchemaSet } from './schema-set.ts';
import { shapeToWrite } from './shape-to-write.ts';
import { isOfType, typesOf } from './types-of.ts';

/** The fault of a value whose type the schema does not allow, or undefined. */
export function typeFault(
  found: Located,
  value: Json,
  at: string,
  origin: Located,
  set: SchemaSet,
): Fault | undefined {
  const { schema } = found;
  if (typeof schema === 'boolean') return undefined;
  const types = typesOf(schema);
  if (types.length === 0 || types.some((type) => isOfType(value, type))) return undefined;
  const shape = shapeToWrite([found], value, at, set);
  return wrongType(
    types,
    value,
    at,
    shape === '' && types.includes('string') ? example(schema, origin) : shape,
  );
}

/** The fault of a value that has none of the types; `end` says what to write. */
export function wrongType(types: readonly string[], value: Json, at: string, end: string): Fault {
  const words = either([...new Set(types.map(typeWord))]);
  const message = `${nameOf(at)} must be ${words}, got ${describe(value)}${end}`;
  return { rule: 'schema/wrong-type', message, pointer: at };
}

/** Faults against `enum` and `const`. */
export function literalFaults(schema: JsonObject, value: Json, at: string): Fault[] {
  const literals = Array.isArray(schema['enum'])
    ? schema['enum']
    : schema['const'] === undefined
      ? []
      : [schema['const']];
  return literals.length === 0 ? [] : enumFaults(literals, value, at);
}

/** `a, b or c`; of more than ten the first eight, and that there are others. */
function someOf(literals: readonly string[]): string {
  return literals.length > 10 ? `${literals.slice(0, 8).join(', ')}, …` : either(literals);
}

/** The fault of a value that is none of the literals, or none. */
export function enumFaults(literals: readonly Json[], value: Json, at: string): Fault[] {
  if (literals.some((literal) => stableText(literal) === stableText(value))) return [];
  const words = literals.filter((literal): literal is string => typeof literal === 'string');
  const near = typeof value === 'string' ? meantLiteral(value, words) : [];
  const shown = someOf(literals.map((literal) => JSON.stringify(literal)));
  const end = near.length > 0 ? `; did you mean "${near[0] ?? ''}"?` : '';
  const got = typeof value === 'string' ? quote(value) : describe(value);
  const message = `${nameOf(at)} must be ${shown}, got ${got}${end}`;
  return [
    { rule: 'schema/bad-enum', message, pointer: at, ...(near.length > 0 ? { suggestions: near } : {}) },
  ];
}

/** The literals a misspelt one, or one of another tool, may stand for. */
function meantLiteral(value: string, words: readonly string[]): string[] {
  const near = suggest(value, words);
  if (near.length > 0) return near;
  const lower = value.toLowerCase();
  const meant = (Object.hasOwn(foreignLiterals, lower) ? foreignLiterals[lower] : undefined) ?? [];
  return meant.filter((word) => words.includes(word)).slice(0, 1);
}

/** Values of other tools and what they are called here, in order of preference. */
const foreignLiterals: Readonly<Record<string, readonly string[]>> = {
  function: ['node'],
  javascript: ['node'],
  typescript: ['node'],
  js: ['node'],
  ts: ['node'],
  code: ['node'],
  rest: ['http'],
  api: ['http'],
  webhook: ['http', 'hmac'],
  sse: ['http'],
  swagger: ['openapi'],
  shell: ['command'],
  bash: ['command'],
  cli: ['command'],
  script: ['command'],
  docker: ['isolated'],
  container: ['isolated'],
  host: ['local'],
  memory: ['virtual'],
  success: ['succeeded'],
  ok: ['succeeded'],
  failure: ['failed'],
  error: ['failed'],
  constant: ['fixed'],
  none: ['off'],
  warn: ['warning'],
  fatal: ['error'],
};

/** Faults of a text against lengths and pattern; at most one. */
export function stringFaults(schema: JsonObject, value: string, at: string, origin: Located): Fault[] {
  const { minLength, maxLength, pattern } = schema;
  const fault = (rule: string, message: string): Fault[] => [
    { rule, message: `${nameOf(at)} ${message}`, pointer: at },
  ];
  if (typeof minLength === 'number' && [...value].length < minLength) {
    return fault(
      'schema/bad-value',
      minLength === 1 ? 'must not be empty' : `must have at least ${minLength} characters`,
    );
  }
  if (typeof maxLength === 'number' && [...value].length > maxLength) {
    return fault('schema/bad-value', `must have at most ${maxLength} characters`);
  }
  if (typeof pattern !== 'string' || patternOf(pattern).test(value)) return [];
  const { title } = schema;
  const thing =
    typeof title === 'string' ? title.replace(/(?<=[a-z])[A-Z]/g, ' $&').toLowerCase() : undefined;
  const duration = thing === 'duration' ? asDuration(value) : undefined;
  if (duration !== undefined) {
    const message = `${nameOf(at)} must be a duration, got ${quote(value)}; write "${duration}"`;
    return [{ rule: 'schema/bad-format', message, pointer: at, suggestions: [duration] }];
  }
  const what =
    thing === undefined ? `match ${pattern}` : `be ${/^[aeiou]/.test(thing) ? 'an' : 'a'} ${thing}`;
  return fault('schema/bad-format', `must ${what}, got ${quote(value)}${example(schema, origin)}`);
}

/** `5 minutes` as a duration of ours, `5m`. */
function asDuration(value: string): string | undefined {
  const parts = /^(\d+)\s*(ms|milli\w*|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)$/i.exec(
    value.trim(),
  );
  if (parts === null) return undefined;
  const [, count = '', word = ''] = parts;
  const unit = /^(ms|milli)/i.test(word) ? 'ms' : word.charAt(0).toLowerCase();
  return `${count}${unit}`;
}

/** Faults of a number against its bounds; at most one. */
export function numberFaults(schema: JsonObject, value: number, at: string): Fault[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const fault = (message: string): Fault[] => [
    { rule: 'schema/bad-value', message: `${nameOf(at)} must be ${message}, got ${value}`, pointer: at },
  ];
  if (typeof minimum === 'number' && value < minimum) return fault(`at least ${minimum}`);
  if (typeof maximum === 'number' && value > maximum) return fault(`at most ${maximum}`);
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum)
    return fault(`more than ${exclusiveMinimum}`);
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum)
    return fault(`less than ${exclusiveMaximum}`);
  if (typeof multipleOf === 'number' && value % multipleOf !== 0) return fault(`a multiple of ${multipleOf}`);
  return [];
}

/** Faults of a list as a whole: too short, too long, an entry twice. */
export function listFaults(schema: JsonObject, value: readonly Json[], at: string): Fault[] {
  const { minItems, maxItems } = schema;
  const entries = (count: number): string => (count === 1 ? 'one entry' : `${count} entries`);
  if (typeof minItems === 'number' && value.length < minItems) {
    const message = `${nameOf(at)} must have at least ${entries(minItems)}`;
    return [{ rule: 'schema/bad-value', message, pointer: at }];
  }
  if (typeof maxItems === 'number' && value.length > maxItems) {
    const message = `${nameOf(at)} must have at most ${entries(maxItems)}`;
    return [{ rule: 'schema/bad-value', message, pointer: at }];
  }
  if (schema['uniqueItems'] !== true) return [];
  const seen = new Map<string, number>();
  return value.flatMap((item, index): Fault[] => {
    const text = stableText(item);
    const first = seen.get(text);
    seen.set(text, first ?? index);
    if (first === undefined) return [];
    const message = `${typeof item === 'string' ? quote(item) : 'the entry'} is twice in ${nameOf(at)}`;
    const related = { pointer: at + pointerOf(first), message: 'first written here' };
    return [{ rule: 'schema/bad-value', message, pointer: at + pointerOf(index), related }];
  });
}

/** Faults of a map as a whole: too few or too many keys. */
export function countFaults(schema: JsonObject, value: JsonObject, at: string): Fault[] {
  const { minProperties, maxProperties } = schema;
  const count = Object.keys(value).length;
  const fault = (message: string): Fault[] => [
    { rule: 'schema/bad-value', message: `${nameOf(at)} ${message}`, pointer: at },
  ];
  if (typeof minProperties === 'number' && count < minProperties) {
    return fault(`must have at least ${minProperties === 1 ? 'one key' : `${minProperties} keys`}`);
  }
  if (typeof maxProperties === 'number' && count > maxProperties)
    return fault(`must have at most ${maxProperties} keys`);
  return [];
}

/** An example of the schema for the end of a message; one beside a `$ref` is closer than that of its target. */
function example(schema: JsonObject, origin: Located): string {
  const near = typeof origin.schema === 'boolean' ? undefined : origin.schema['examples'];
  const examples = Array.isArray(near) ? near : schema['examples'];
  const first: Json | undefined = Array.isArray(examples) ? examples[0] : undefined;
  return typeof first === 'string' ? `; for example ${quote(first)}` : '';
}
