import type { Engine } from '../../api.ts';
import type { JsonObject, JsonSchema } from '../../core/json.ts';
import { linesType } from '../requests/read-lines.ts';
import type { Answer, Route } from '../route.ts';
import { errorsOf } from './errors.ts';
import { examples } from './examples.ts';
import { at } from './shape.ts';
import { tagOf } from './tags.ts';

/** The path of a route as OpenAPI writes it, with the name of the agent or workflow it is described for. */
export function pathOf({ path }: Pick<Route, 'path'>, name: string | undefined): string {
  return path
    .split('/')
    .map((segment) =>
      segment === ':name' && name !== undefined
        ? encodeURIComponent(name)
        : segment.replace(/^:(.*)$/, '{$1}'),
    )
    .join('/');
}

/** One operation, for one agent or workflow where it is described for each. */
export function describeOperation(engine: Engine, route: Route, name: string | undefined): JsonObject {
  const { operation, summary, access, answers, streams } = route;
  const parameters = [...parametersOf(route, name), ...headersOf(route)];
  return {
    operationId: name === undefined ? operation : `${operation}.${name}`,
    tags: [tagOf(route)],
    summary,
    ...(access === 'public' ? { security: [] } : {}),
    ...(access === 'public' || access === 'signed-in' ? {} : { 'x-scope': access }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...describeBody(engine, route, name),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [
          status,
          describeAnswer(answer, answer.schema?.(name, engine), status === '200' && streams !== undefined),
        ]),
      ),
      ...errorsOf(route),
      default: { $ref: '#/components/responses/Failed' },
    },
  };
}

function describeBody(engine: Engine, route: Route, name: string | undefined): JsonObject {
  if (route.takes === 'lines') {
    const content = { [linesType]: { schema: { type: 'string' } } };
    return { requestBody: { required: true, content } };
  }
  if (route.takes === 'delivery') {
    const content = { '*/*': { schema: { type: 'string', format: 'binary' } } };
    return { requestBody: { required: true, content } };
  }
  const body = route.body?.(name, engine);
  if (body === undefined) return {};
  const example = examples[route.operation];
  const content = {
    'application/json': { schema: body.schema, ...(example === undefined ? {} : { example }) },
  };
  return { requestBody: { required: body.required, content } };
}

function describeAnswer(
  { description, gives, headers = [] }: Answer,
  schema: JsonSchema | undefined,
  streams: boolean,
): JsonObject {
  const content = {
    ...(schema === undefined ? {} : { 'application/json': { schema } }),
    ...(gives === 'lines' ? { [linesType]: { schema: { type: 'string' } } } : {}),
    ...(gives === 'bytes'
      ? { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }
      : {}),
    ...(gives === 'text' ? { 'text/plain': { schema: { type: 'string' } } } : {}),
    ...(gives === 'page' ? { 'text/html': { schema: { type: 'string' } } } : {}),
    ...(streams
      ? {
          'text/event-stream': {
            schema: at('StreamData'),
          },
        }
      : {}),
  };
  return {
    description,
    ...(headers.length === 0
      ? {}
      : {
          headers: Object.fromEntries(headers.map((one) => [one, { $ref: `#/components/headers/${one}` }])),
        }),
    ...(Object.keys(content).length === 0 ? {} : { content }),
  };
}

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
    ...Object.entries(query).map(([parameter, { description, schema, isNeeded = false }]) => ({
      name: parameter,
      in: 'query',
      required: isNeeded,
      description,
      schema,
      ...(schema['type'] === 'array' ? { style: 'form', explode: false } : {}),
    })),
  ];
}

function headersOf({ isIdempotent, mayRespondAsync, streams }: Route): readonly JsonObject[] {
  const header = (name: string, description: string, schema: JsonObject): JsonObject => ({
    ...{ name, in: 'header', required: false, description, schema },
  });
  return [
    ...(isIdempotent === true
      ? [
          header(
            'Idempotency-Key',
            'The same key with the same body is the same work; with another body it is refused with 409.',
            { type: 'string', minLength: 1, maxLength: 255 },
          ),
        ]
      : []),
    ...(mayRespondAsync === true
      ? [
          header('Prefer', '`respond-async`: answer with 202 as soon as the work is accepted.', {
            type: 'string',
          }),
        ]
      : []),
    ...(streams === 'always'
      ? [
          header('Last-Event-ID', 'Index of the last event that was seen.', {
            type: 'string',
            pattern: '^\\d*$',
          }),
        ]
      : []),
  ];
}
