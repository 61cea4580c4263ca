import { isObject } from './json.ts';

/**
 * Why a map of names to types, such as `{ kind: string }`, is no JSON Schema for what it means; undefined when it is none of that kind.
 * A JSON Schema may hold words that it does not know, so such a map fits everything.
 */
export function namesForSchema(schema: unknown): string | undefined {
  if (!isObject(schema) || types.has(schema['type'])) return undefined;
  const entries = Object.entries(schema);
  const isMeant = entries.some(
    ([key]) => !key.startsWith('$') && !key.startsWith('x-') && !keywords.has(key),
  );
  if (!isMeant || !entries.every(([, value]) => isType(value))) return undefined;
  const [name = ''] = entries.map(([key]) => key).filter((key) => !keywords.has(key));
  return `is a map of names, which fits everything; write { type: object, properties: { ${name}: { type: … } } }`;
}

function isType(value: unknown): boolean {
  return types.has(value) || (isObject(value) && (types.has(value['type']) || 'enum' in value));
}

const types: ReadonlySet<unknown> = new Set([
  ...['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'],
]);

/** Keywords whose value may look like a type. */
const keywords: ReadonlySet<string> = new Set([
  ...[
    'type',
    'title',
    'description',
    'format',
    'pattern',
    'const',
    'default',
    'items',
    'additionalProperties',
    'not',
  ],
  ...[
    'contains',
    'propertyNames',
    'unevaluatedItems',
    'unevaluatedProperties',
    'if',
    'then',
    'else',
    'contentSchema',
  ],
  ...[
    'properties',
    'patternProperties',
    'definitions',
    'dependentSchemas',
    'contentEncoding',
    'contentMediaType',
  ],
]);
