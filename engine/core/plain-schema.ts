import { isObject, type Json } from './json.ts';

/**
 * Whether a value is a JSON Schema (2020-12) that is right beyond doubt: only keywords in common use, each with a value of its kind.
 * Most schemas are, which then need not be held against the meta-schema. Of all others nothing is said.
 */
export function isPlainSchema(schema: unknown, depth = 0): boolean {
  if (typeof schema === 'boolean') return true;
  if (!isObject(schema) || depth > deepest) return false;
  for (const key of Object.keys(schema)) {
    const value = schema[key] as Json;
    const isRight = Object.hasOwn(keywords, key) ? keywords[key]?.(value, depth + 1) : key.startsWith('x-');
    if (isRight !== true) return false;
  }
  return true;
}

const deepest = 40;
const types: ReadonlySet<unknown> = new Set([
  ...['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'],
]);

type Check = (value: Json, depth: number) => boolean;

const anything: Check = () => true;
const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const number: Check = (value) => typeof value === 'number';
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const list: Check = (value) => Array.isArray(value);
const schemas: Check = (value, depth) =>
  Array.isArray(value) && value.length > 0 && value.every((inner) => isPlainSchema(inner, depth));
const named: Check = (value, depth) =>
  isObject(value) && Object.values(value).every((inner) => isPlainSchema(inner, depth));
const names: Check = (value) =>
  Array.isArray(value) &&
  value.every((name) => typeof name === 'string') &&
  new Set(value).size === value.length;
const type: Check = (value) =>
  Array.isArray(value)
    ? value.length > 0 && value.every((one) => types.has(one)) && new Set(value).size === value.length
    : types.has(value);

const keywords: Readonly<Record<string, Check>> = {
  type,
  title: text,
  description: text,
  format: text,
  pattern: isExpression,
  properties: named,
  $defs: named,
  items: isPlainSchema,
  additionalProperties: isPlainSchema,
  required: names,
  enum: list,
  const: anything,
  default: anything,
  examples: list,
  allOf: schemas,
  anyOf: schemas,
  oneOf: schemas,
  minimum: number,
  maximum: number,
  exclusiveMinimum: number,
  exclusiveMaximum: number,
  minLength: count,
  maxLength: count,
  minItems: count,
  maxItems: count,
  minProperties: count,
  maxProperties: count,
  uniqueItems: flag,
};

function isExpression(value: Json): boolean {
  if (typeof value !== 'string') return false;
  try {
    new RegExp(value, 'u');
    return true;
  } catch {
    return false;
  }
}
