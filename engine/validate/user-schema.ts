import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { pointer as pointerOf } from '../core/json-pointer.ts';
import { isObject, type Json } from '../core/json.ts';
import { namesForSchema } from '../core/names-for-schema.ts';
import { isPlainSchema } from '../core/plain-schema.ts';
import { choices, suggest } from '../core/suggest.ts';
import { describe, nameOf, quote, type Fault } from './fault.ts';

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
  const faults: Fault[] = [];
  walk(schema, at, faults);
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
const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];
/** Types of other languages and what they are called in JSON Schema. */
const foreignTypes: Readonly<Record<string, string>> = {
  bool: 'boolean',
  date: 'string',
  datetime: 'string',
  decimal: 'number',
  dict: 'object',
  double: 'number',
  float: 'number',
  int: 'integer',
  list: 'array',
  long: 'integer',
  map: 'object',
  none: 'null',
  str: 'string',
  text: 'string',
};
const inMaps = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];
const inLists = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const inPlace = [
  'items',
  'additionalProperties',
  'unevaluatedProperties',
  'unevaluatedItems',
  'contains',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
];
const keywords = [
  ...inMaps,
  ...inLists,
  ...inPlace,
  ...['$id', '$schema', '$ref', '$anchor', '$dynamicRef', '$dynamicAnchor', '$vocabulary', '$comment'],
  ...[
    'type',
    'enum',
    'const',
    'title',
    'description',
    'default',
    'examples',
    'deprecated',
    'readOnly',
    'writeOnly',
  ],
  ...[
    'minimum',
    'maximum',
    'exclusiveMinimum',
    'exclusiveMaximum',
    'multipleOf',
    'minLength',
    'maxLength',
    'pattern',
  ],
  ...['minItems', 'maxItems', 'uniqueItems', 'minContains', 'maxContains', 'minProperties', 'maxProperties'],
  ...['required', 'dependentRequired', 'format', 'contentEncoding', 'contentMediaType', 'contentSchema'],
];

/** `isPart`: stands in a condition or an alternative, so that what it asks for may be said elsewhere. */
function walk(schema: Json, at: string, faults: Fault[], isPart = false): void {
  if (!isObject(schema)) return;
  for (const key of Object.keys(schema)) {
    if (keywords.includes(key) || key.startsWith('x-')) continue;
    const near = key === 'property' || key === 'props' ? 'properties' : suggest(key, keywords)[0];
    if (near === undefined) continue;
    const message = `unknown keyword "${key}" of JSON Schema; did you mean "${near}"?`;
    faults.push({ ...invalid(message, at + pointerOf(key)), part: 'key', suggestions: [near] });
  }
  const given = schema['type'];
  for (const [index, type] of (Array.isArray(given) ? given : [given]).entries()) {
    if (type === undefined || (typeof type === 'string' && types.includes(type))) continue;
    const pointer = at + '/type' + (Array.isArray(given) ? pointerOf(index) : '');
    const word = typeof type === 'string' ? type : '';
    const other = Object.hasOwn(foreignTypes, word) ? foreignTypes[word] : undefined;
    const end = other === undefined ? choices(word, types) : `; did you mean "${other}"?`;
    const message = `${typeof type === 'string' ? quote(type) : describe(type)} is not a JSON Schema type${end}`;
    const suggestions = other === undefined ? suggest(word, types) : [other];
    faults.push({ ...invalid(message, pointer), ...(suggestions.length > 0 ? { suggestions } : {}) });
  }
  faults.push(...emptyBounds(schema, at));
  faults.push(...misspeltFormat(schema['format'], at), ...undeclared(schema['required'], schema, at, isPart));
  for (const word of inMaps) {
    const map = schema[word];
    if (isObject(map))
      for (const [key, inner] of Object.entries(map)) walk(inner, at + pointerOf(word, key), faults);
  }
  for (const word of inLists) {
    const list = schema[word];
    if (Array.isArray(list))
      list.forEach((inner: Json, index) =>
        walk(inner, at + pointerOf(word, index), faults, word !== 'prefixItems'),
      );
  }
  for (const word of inPlace)
    walk(schema[word] ?? true, at + pointerOf(word), faults, conditions.includes(word));
}

const conditions = ['not', 'if', 'then', 'else', 'contains'];
const formats = [
  ...[
    'date',
    'time',
    'date-time',
    'iso-time',
    'iso-date-time',
    'duration',
    'uri',
    'uri-reference',
    'uri-template',
  ],
  ...['url', 'email', 'hostname', 'ipv4', 'ipv6', 'regex', 'uuid', 'json-pointer', 'relative-json-pointer'],
  ...['byte', 'int32', 'int64', 'float', 'double', 'password', 'binary', 'iri', 'iri-reference'],
  ...['idn-email', 'idn-hostname'],
];

/** Formats are an open list, so that only one that is nearly a known one is a fault. */
function misspeltFormat(format: Json | undefined, at: string): Fault[] {
  if (typeof format !== 'string' || formats.includes(format)) return [];
  const [near] = suggest(format, formats);
  if (near === undefined) return [];
  const message = `unknown format "${format}"; did you mean "${near}"?`;
  return [{ ...invalid(message, at + pointerOf('format')), suggestions: [near] }];
}

/** Keywords beside which a name may be declared in another place. */
const elsewhere = [
  ...[
    '$ref',
    'allOf',
    'anyOf',
    'oneOf',
    'if',
    'patternProperties',
    'dependentSchemas',
    'additionalProperties',
  ],
  ...['unevaluatedProperties', 'propertyNames'],
];

/** Names that are required and that no property declares. */
function undeclared(required: Json | undefined, schema: Json, at: string, isPart: boolean): Fault[] {
  const properties = isObject(schema) ? schema['properties'] : undefined;
  if (!Array.isArray(required) || !isObject(properties)) return [];
  const names = Object.keys(properties);
  return required.flatMap((name: Json, index): Fault[] => {
    if (typeof name !== 'string' || names.includes(name)) return [];
    const suggestions = suggest(name, names);
    const isClosed = isObject(schema) && schema['additionalProperties'] === false;
    const isWhole =
      isObject(schema) && !isPart && names.length > 0 && !elsewhere.some((word) => word in schema);
    if (suggestions.length === 0 && !isClosed && !isWhole) return [];
    const message = `"${name}" is required and not among the properties${choices(name, names)}`;
    return [
      {
        rule: 'schema/required-not-declared',
        message,
        pointer: at + pointerOf('required', index),
        ...(suggestions.length > 0 ? { suggestions } : {}),
      },
    ];
  });
}

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

/** Bounds between which there is nothing, so that no value fits. */
function emptyBounds(schema: Readonly<Record<string, Json>>, at: string): Fault[] {
  return bounds.flatMap(([low, high]) => {
    const [least, most] = [schema[low], schema[high]];
    if (typeof least !== 'number' || typeof most !== 'number' || least <= most) return [];
    const message = `no value fits: "${low}" is ${least}, and "${high}" is ${most}`;
    return [
      {
        ...invalid(message, at + pointerOf(high)),
        related: { pointer: at + pointerOf(low), message: 'the other bound' },
      },
    ];
  });
}

const bounds = [
  ['minimum', 'maximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
  ['minProperties', 'maxProperties'],
  ['minContains', 'maxContains'],
] as const;

function invalid(message: string, pointer: string): Fault {
  return { rule: 'schema/invalid-json-schema', message, pointer };
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
