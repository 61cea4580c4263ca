import { isObject, type Json, type JsonObject } from '../core/json.ts';
import type { OperationCall, OperationParameter } from '../program/tool.ts';
import { followed, type OpenApiDocument, type Operation } from './openapi-document.ts';

/** How an operation is called. */
export function callOf({ root }: OpenApiDocument, operation: Operation): OperationCall {
  const { method, path, parameters, body, servers } = operation;
  const found = new Map<string, OperationParameter>();
  // What the operation says itself comes after what stands beside its path.
  for (const entry of parameters) {
    const parameter = parameterOf(followed(root, entry));
    if (parameter !== undefined) found.set(`${parameter.in} ${parameter.name}`, parameter);
  }
  return {
    method,
    path,
    server: serverOf(servers),
    parameters: [...found.values()],
    ...bodyOf(root, body),
  };
}

const places = ['path', 'query', 'header', 'cookie'] as const;

function parameterOf(parameter: Json | undefined): OperationParameter | undefined {
  if (!isObject(parameter)) return undefined;
  const { name, style, explode, schema, content } = parameter;
  const place = places.find((one) => one === parameter['in']);
  if (place === undefined || typeof name !== 'string') return undefined;
  const usual = place === 'query' || place === 'cookie' ? 'form' : 'simple';
  const written = typeof style === 'string' ? style : usual;
  return {
    name,
    in: place,
    style: schema === undefined && isObject(content) ? 'json' : written,
    explode: typeof explode === 'boolean' ? explode : written === 'form',
  };
}

/** The first server, its variables with their defaults. */
function serverOf(servers: Json | undefined): string | undefined {
  const first: Json | undefined = Array.isArray(servers) ? (servers as readonly Json[])[0] : undefined;
  if (!isObject(first) || typeof first['url'] !== 'string') return undefined;
  const variables = isObject(first['variables']) ? first['variables'] : {};
  return first['url'].replaceAll(/\{([^{}]+)\}/g, (whole, name: string) => {
    const variable = variables[name];
    const value = isObject(variable) ? variable['default'] : undefined;
    return typeof value === 'string' ? value : whole;
  });
}

/** JSON where the operation takes it, else the first type that it takes. */
function bodyOf(root: JsonObject, body: Json | undefined): Pick<OperationCall, 'body' | 'files'> {
  const request = followed(root, body);
  if (!isObject(request)) return { body: undefined };
  const types = isObject(request['content']) ? Object.keys(request['content']) : [];
  const type = types.find((one) => /^application\/(.*\+)?json\b/.test(one)) ?? types[0] ?? 'application/json';
  const files = type.startsWith('multipart/') ? filesOf(root, request, type) : [];
  return { body: type, ...(files.length === 0 ? {} : { files }) };
}

/** Keys whose text is the content of a file. */
function filesOf(root: JsonObject, { content }: JsonObject, type: string): readonly string[] {
  const media = isObject(content) ? followed(root, content[type]) : undefined;
  const schema = isObject(media) ? followed(root, media['schema']) : undefined;
  const properties = isObject(schema) && isObject(schema['properties']) ? schema['properties'] : {};
  return Object.entries(properties).flatMap(([name, entry]) => {
    const property = followed(root, entry);
    const items =
      isObject(property) && isObject(property['items']) ? followed(root, property['items']) : property;
    const isFile =
      isObject(items) &&
      (items['format'] === 'binary' || items['contentMediaType'] === 'application/octet-stream');
    return isFile ? [name] : [];
  });
}
