import type { Engine } from '../api.ts';
import { isObject, type Json, type JsonObject, type JsonSchema } from '../core/json.ts';
import { problemCodes } from '../core/problem-codes.ts';
import type { Answer, Route } from './route.ts';
import { errorBody, event } from './routes/schemas.ts';

/**
 * The API as an OpenAPI 3.1 document. Routes of agents and workflows appear once for each, with its own schemas.
 */
export function describeApi(engine: Engine, routes: readonly Route[]): JsonObject {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    for (const name of namesOf(engine, route)) {
      const path = route.path
        .split('/')
        .map((segment) =>
          segment === ':name' && name !== undefined ? name : segment.replace(/^:(.*)$/, '{$1}'),
        )
        .join('/');
      (paths[path] ??= {})[route.method.toLowerCase()] = describe(engine, route, name);
    }
  }
  const { name, hash } = engine.program;
  return {
    openapi: '3.1.0',
    info: { title: name, version: hash },
    paths,
    components: { schemas: { Error: errorBody, Event: event } },
  };
}

function namesOf({ program }: Engine, { each }: Route): readonly (string | undefined)[] {
  if (each === undefined) return [undefined];
  return Object.keys(each === 'agent' ? program.agents : program.workflows);
}

function describe(engine: Engine, route: Route, name: string | undefined): JsonObject {
  const { operation, summary, body, answers, streams } = route;
  const id = (part: string): string => `urn:engine:${operation}:${name ?? ''}:${part}`;
  const requestBody = body?.(name, engine);
  return {
    operationId: name === undefined ? operation : `${operation}.${name}`,
    summary,
    parameters: [...parametersOf(route, name), ...(route.isIdempotent === true ? [idempotencyHeader] : [])],
    ...(requestBody === undefined
      ? {}
      : {
          requestBody: {
            required: requestBody.required,
            content: { 'application/json': { schema: standalone(requestBody.schema, id('body')) } },
          },
        }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [
          status,
          describeAnswer(
            answer,
            answer.schema?.(name, engine),
            id(status),
            status === '200' && streams !== undefined,
          ),
        ]),
      ),
      default: {
        description: `The request failed. \`type\` is one of ${Object.keys(problemCodes).join(', ')}, or a code of a workflow.`,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function describeAnswer(
  { description }: Answer,
  schema: JsonSchema | undefined,
  id: string,
  streams: boolean,
): JsonObject {
  const content = {
    ...(schema === undefined ? {} : { 'application/json': { schema: standalone(schema, id) } }),
    ...(streams ? { 'text/event-stream': { schema: { $ref: '#/components/schemas/Event' } } } : {}),
  };
  return Object.keys(content).length === 0 ? { description } : { description, content };
}

const idempotencyHeader: JsonObject = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key with the same body is the same work; with another body it is refused with 409.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

function parametersOf({ path, query }: Route, name: string | undefined): readonly JsonObject[] {
  const segments = [...path.matchAll(/:(\w+)/g)].map(([, segment = '']) => segment);
  return [
    ...segments
      .filter((segment) => segment !== 'name' || name === undefined)
      .map((segment) => ({
        name: segment,
        in: 'path',
        required: true,
        schema: { type: 'string', minLength: 1 },
      })),
    ...Object.entries(query).map(([parameter, { description, schema }]) => ({
      name: parameter,
      in: 'query',
      required: false,
      description,
      schema,
      ...(schema['type'] === 'array' ? { style: 'form', explode: false } : {}),
    })),
  ];
}

/**
 * A schema that keeps its meaning inside the document: local references (`#/…`) of the schemas in it stay theirs, because each
 * schema that has any becomes a resource of its own by `$id`.
 */
function standalone(schema: JsonSchema, id: string): JsonSchema {
  return isObject(schema) ? (rooted(schema, id) as JsonObject) : schema;
}

function rooted(value: Json, id: string): Json {
  if (!isObject(value)) return value;
  if (value['$id'] !== undefined) return value;
  if (value['$defs'] !== undefined || value['definitions'] !== undefined) return { $id: id, ...value };
  const { properties } = value;
  if (!isObject(properties)) return value;
  return {
    ...value,
    properties: Object.fromEntries(
      Object.entries(properties).map(([key, inner]) => [key, rooted(inner, `${id}:${key}`)]),
    ),
  };
}
