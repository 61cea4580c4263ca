import { isObject, type Json, type JsonObject, type JsonSchema } from '../core/json.ts';
import { schemaFaults } from '../expr/index.ts';
import { followed, type OpenApiDocument, type Operation } from './openapi-document.ts';

/** Arguments of an operation: its parameters by name, and the `body`. An open object where the document says it in no usable way. */
export function inputSchemaOf({ root }: OpenApiDocument, operation: Operation): JsonSchema {
  const known = inputs.get(operation) ?? inputOf(root, operation);
  inputs.set(operation, known);
  return known;
}

function inputOf(root: JsonObject, { parameters, body }: Operation): JsonSchema {
  const properties: Record<string, Json> = {};
  const required = new Set<string>();
  for (const entry of parameters) {
    const parameter = followed(root, entry);
    if (!isObject(parameter) || typeof parameter['name'] !== 'string') continue;
    const { name, description } = parameter;
    const schema = parameter['schema'] ?? contentOf(root, parameter) ?? {};
    properties[name] =
      typeof description === 'string' && isObject(schema) && schema['$ref'] === undefined
        ? { description, ...schema }
        : schema;
    if (parameter['required'] === true || parameter['in'] === 'path') required.add(name);
    else required.delete(name);
  }
  const request = followed(root, body);
  if (isObject(request)) {
    properties['body'] = contentOf(root, request) ?? {};
    if (request['required'] === true) required.add('body');
  }
  return (
    usable(root, { type: 'object', properties, required: [...required], additionalProperties: false }) ?? {
      type: 'object',
    }
  );
}

/** Result of an operation: the schema of its first answer that is a success; undefined where there is none that can be used. */
export function outputSchemaOf({ root }: OpenApiDocument, operation: Operation): JsonSchema | undefined {
  const known = outputs.has(operation) ? outputs.get(operation) : outputOf(root, operation);
  outputs.set(operation, known);
  return known;
}

// A document that has not changed keeps its operations, and a project is linked at every save.
const inputs = new WeakMap<Operation, JsonSchema>();
const outputs = new WeakMap<Operation, JsonSchema | undefined>();

function outputOf(root: JsonObject, { responses }: Operation): JsonSchema | undefined {
  const codes = Object.keys(responses).filter((code) => /^2/.test(code));
  const [code] = codes.sort();
  const response = followed(root, code === undefined ? undefined : responses[code]);
  const schema = isObject(response) && codes.length === 1 ? contentOf(root, response) : undefined;
  return isObject(schema) ? usable(root, schema) : undefined;
}

function contentOf(root: JsonObject, holder: JsonObject): Json | undefined {
  const { content } = holder;
  if (!isObject(content)) return undefined;
  const types = Object.entries(content);
  const json = types.find(([type]) => /^application\/(.*\+)?json\b/.test(type));
  const form = types.find(([type]) =>
    /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/.test(type),
  );
  const media = followed(root, (json ?? form)?.[1]);
  return isObject(media) ? media['schema'] : undefined;
}

/** The schema in JSON Schema's words with everything it refers to in it; undefined when it cannot be used. */
function usable(root: JsonObject, schema: JsonObject): JsonSchema | undefined {
  const used = new Map<string, Json>();
  const translated = translate(root, schema, used);
  if (!isObject(translated)) return undefined;
  const whole = used.size === 0 ? translated : { ...translated, $defs: Object.fromEntries(used) };
  return schemaFaults(whole).length === 0 ? whole : undefined;
}

/** Nobody writes schemas of more levels; what is below is left open. */
const deepest = 64;
/** Keywords whose value is data. */
const dataKeys: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'example', 'examples']);
/** Keywords of OpenAPI that say nothing to a model. */
const dropped: ReadonlySet<string> = new Set(['discriminator', 'example', 'externalDocs', 'nullable', 'xml']);

function translate(root: JsonObject, schema: Json, used: Map<string, Json>, depth = 0): Json {
  if (depth > deepest) return true;
  if (Array.isArray(schema)) return schema.map((item: Json) => translate(root, item, used, depth + 1));
  if (!isObject(schema)) return schema;
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const name = reference.replace(/^#\//, '').replaceAll(/[^A-Za-z0-9_.-]/g, '.');
    if (!used.has(name)) {
      used.set(name, true);
      used.set(name, translate(root, followed(root, schema) ?? true, used, depth + 1));
    }
    return { $ref: `#/$defs/${name}` };
  }
  const result: Record<string, Json> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (dropped.has(key) || key.startsWith('x-')) continue;
    if (key === 'properties' && isObject(value))
      result[key] = Object.fromEntries(
        Object.entries(value).map(([name, inner]) => [name, translate(root, inner, used, depth + 1)]),
      );
    else result[key] = dataKeys.has(key) ? value : translate(root, value, used, depth + 1);
  }
  return withBounds(withNull(result, schema['nullable'] === true));
}

function withNull(schema: Record<string, Json>, isNullable: boolean): Record<string, Json> {
  if (!isNullable) return schema;
  if (typeof schema['type'] !== 'string') return { anyOf: [schema, { type: 'null' }] };
  const words = schema['enum'];
  return {
    ...schema,
    type: [schema['type'], 'null'],
    ...(Array.isArray(words) ? { enum: [...new Set([...(words as readonly Json[]), null])] } : {}),
  };
}

/** OpenAPI 3.0 says with a flag that a bound is left out. */
function withBounds(schema: Record<string, Json>): Record<string, Json> {
  for (const [flag, bound] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (typeof schema[flag] !== 'boolean') continue;
    const value = schema[bound];
    const isExclusive = schema[flag];
    delete schema[flag];
    if (isExclusive && value !== undefined) {
      delete schema[bound];
      schema[flag] = value;
    }
  }
  return schema;
}
