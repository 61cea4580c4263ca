import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { pointer as pointerOf } from '../core/json-pointer.ts';
import { isObject, type Json } from '../core/json.ts';
import { namesForSchema } from '../core/names-for-schema.ts';
import { isPlainSchema } from '../core/plain-schema.ts';
import { describe, nameOf, type Fault } from './fault.ts';
import { invalid, keywordFaults } from './keyword-faults.ts';
import { foreignTypes, types } from './schema-keywords.ts';

const schemaKeys: ReadonlySet<string> = new Set(['inputSchema', 'outputSchema', 'form']);
/** Keys below which everything is data of the writer. */
const dataKeys: ReadonlySet<string> = new Set([
  'with',
  'set',
  'input',
  'output',
  'body',
  'data',
  'examples',
  'default',
  'metadata',
]);

/** The JSON Schemas that a spec holds, with their pointers. */
export function userSchemas(value: Json): { readonly pointer: string; readonly schema: Json }[] {
  const found: { pointer: string; schema: Json }[] = [];
  const visit = (node: Json, at: string): void => {
    if (Array.isArray(node)) node.forEach((item: Json, index) => visit(item, at + pointerOf(index)));
    if (!isObject(node)) return;
    for (const [key, item] of Object.entries(node)) {
      const pointer = at + pointerOf(key);
      if (schemaKeys.has(key)) {
        if (isObject(item)) found.push({ pointer, schema: item });
      } else if (!dataKeys.has(key) && !key.startsWith('x-')) visit(item, pointer);
    }
  };
  visit(value, '');
  return found;
}

/** What is wrong with a JSON Schema (2020-12) of the writer, misspelt keywords included. */
export function schemaFaults(schema: Json, at: string): Fault[] {
  const text = JSON.stringify(schema);
  if (flawless.has(text)) return [];
  const names = namesForSchema(schema);
  if (names !== undefined) return [invalid(`${nameOf(at)} ${names}`, at)];
  const faults = keywordFaults(schema, at);
  const check = isPlainSchema(schema) ? undefined : metaSchema();
  if (check === undefined || check(schema)) {
    if (faults.length === 0 && flawless.size < maxFlawless) flawless.add(text);
    return faults;
  }
  for (const error of check.errors ?? []) {
    const pointer = at + error.instancePath;
    const covered = faults.some(
      (fault) => fault.pointer === pointer || fault.pointer.startsWith(`${pointer}/`),
    );
    if (!covered && !wrappers.has(error.keyword)) faults.push(fromMetaSchema(error, pointer, schema));
  }
  return faults;
}

/** Texts of schemas without a fault: many specs repeat them. */
const flawless = new Set<string>();
const maxFlawless = 2_000;

const wrappers: ReadonlySet<string> = new Set([
  'allOf',
  'anyOf',
  'oneOf',
  'if',
  '$ref',
  '$dynamicRef',
  'not',
]);
function fromMetaSchema(error: ErrorObject, pointer: string, root: Json): Fault {
  const value = error.instancePath
    .split('/')
    .slice(1)
    .reduce<Json>((node, part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      if (Array.isArray(node)) return (node as readonly Json[])[Number(key)] ?? null;
      return isObject(node) ? (node[key] ?? null) : null;
    }, root);
  const reason = (error.message ?? 'is not allowed').replace('array', 'list').replace('object', 'map');
  return invalid(
    `${nameOf(pointer)} ${reason.replace(',boolean', ' or boolean')}, got ${describe(value)}${schemaToWrite(value, pointer)}`,
    pointer,
  );
}

/** What to write for a type in place of a schema, and for a property that says itself that it is required. */
function schemaToWrite(value: Json, pointer: string): string {
  if (typeof value === 'boolean' && pointer.endsWith('/required'))
    return '; list the required properties beside "properties"';
  const word = typeof value === 'string' ? value.replace(/\?$/, '') : '';
  const type = types.includes(word)
    ? word
    : Object.hasOwn(foreignTypes, word)
      ? foreignTypes[word]
      : undefined;
  return type === undefined ? '' : `; write { type: ${type} }`;
}

let compiled: ValidateFunction | undefined;

function metaSchema(): ValidateFunction {
  if (compiled === undefined) {
    const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
    compiled = ajv.getSchema('https://json-schema.org/draft/2020-12/schema');
    if (compiled === undefined) throw new Error('the meta-schema of JSON Schema is missing');
  }
  return compiled;
}
