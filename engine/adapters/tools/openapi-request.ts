import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { OperationCall, OperationParameter } from '../../program/tool.ts';
import { bodyOf, textOf, urlOf, type RenderedRequest } from './http-request.ts';
import { multipartOf } from './multipart.ts';
import { cookiesOf, parameterStyles, pathText } from './openapi-parameters.ts';

/** Why an operation cannot be called by this engine; undefined when it can. */
export function operationFault({ parameters, body }: OperationCall): string | undefined {
  for (const { name, in: place, style } of parameters) {
    if (!parameterStyles[place].includes(style))
      return `its parameter "${name}" has the style "${style}", which is not supported`;
  }
  if (body === undefined || /json|^text\/|x-www-form-urlencoded|^multipart\/form-data/.test(body))
    return undefined;
  return `it takes a body of type "${body}", which is not supported`;
}

/**
 * The request of an operation. Texts of arguments are encoded where they enter the address, and cannot add a segment, parameter or
 * host to it. Headers that the tool itself sends win over those that arguments ask for.
 * Throws Problem `tool_input_invalid` for arguments that would climb the path or that no header can hold.
 * @param base address that the path of the operation is put behind.
 */
export function renderOperation(
  who: string,
  call: OperationCall,
  given: Json,
  {
    base,
    headers,
    secretHeaders,
  }: { readonly base: string; readonly headers: Headers; readonly secretHeaders: readonly string[] },
): RenderedRequest {
  const input: JsonObject = isObject(given) ? given : {};
  const { parameters, method, body: bodyType } = call;
  const valueOf = ({ name }: OperationParameter): Json =>
    Object.hasOwn(input, name) ? (input[name] ?? null) : null;
  let { path } = call;
  for (const parameter of parameters.filter((one) => one.in === 'path'))
    path = path.replaceAll(`{${parameter.name}}`, () => inPath(who, parameter, valueOf(parameter)));
  // A path that begins with an argument could else change the host.
  const url = urlOf(who, base.replace(/\/+$/, '') + (path.startsWith('/') ? path : `/${path}`));
  const cookies: string[] = [];
  for (const parameter of parameters) {
    const value = valueOf(parameter);
    if (value === null) continue;
    if (parameter.in === 'cookie') cookies.push(...cookiesOf(parameter, value));
    if (parameter.in === 'query') addToQuery(url, parameter, value);
    if (parameter.in === 'header') addHeader(who, headers, parameter, value);
  }
  addCookies(headers, cookies);
  const body = bodyType === undefined ? undefined : input['body'];
  if (bodyType?.startsWith('multipart/form-data') === true && isObject(body)) {
    const { type, body: parts } = multipartOf(body, call.files ?? []);
    headers.set('content-type', type);
    return { url, method, headers, secretHeaders, body: parts };
  }
  if (body !== undefined && bodyType !== undefined && !headers.has('content-type'))
    headers.set('content-type', bodyType);
  return {
    url,
    method,
    headers,
    secretHeaders,
    body: body === undefined ? undefined : bodyOf(body, headers),
  };
}

function inPath(who: string, parameter: OperationParameter, value: Json): string {
  const text = pathText(parameter, value);
  if (text === '')
    throw new Problem(
      'tool_input_invalid',
      `${who}: "${parameter.name}" stands in the path and may not be empty`,
    );
  return text;
}

/** Cookies that the tool itself sends win over those that arguments ask for. */
function addCookies(headers: Headers, cookies: readonly string[]): void {
  const own = headers.get('cookie');
  const taken = new Set(own?.split(';').map((one) => one.split('=')[0]?.trim()));
  const added = cookies.filter((one) => !taken.has(one.split('=')[0]));
  if (added.length > 0) headers.set('cookie', [...(own === null ? [] : [own]), ...added].join('; '));
}

function addToQuery(url: URL, { name, style, explode }: OperationParameter, value: Json): void {
  const add = (key: string, item: Json): void => {
    if (item !== null) url.searchParams.append(key, textOf(item));
  };
  const listed = Array.isArray(value) ? (value as readonly Json[]) : undefined;
  if (style === 'json') return add(name, JSON.stringify(value));
  if (listed !== undefined) {
    if (explode && style === 'form') for (const item of listed) add(name, item);
    else add(name, listed.map(textOf).join(separators[style] ?? ','));
    return;
  }
  if (!isObject(value)) return add(name, value);
  if (style === 'deepObject') for (const [key, item] of Object.entries(value)) add(`${name}[${key}]`, item);
  else if (explode) for (const [key, item] of Object.entries(value)) add(key, item);
  else
    add(
      name,
      Object.entries(value)
        .flatMap(([key, item]) => [key, textOf(item)])
        .join(','),
    );
}

const separators: Readonly<Record<string, string>> = { spaceDelimited: ' ', pipeDelimited: '|' };

/** Headers that an API describes elsewhere, and that no argument may set. */
const reserved = new Set(['accept', 'authorization', 'content-type', 'host', 'cookie', 'content-length']);

function addHeader(who: string, headers: Headers, { name, style }: OperationParameter, value: Json): void {
  const lower = name.toLowerCase();
  if (reserved.has(lower) || headers.has(lower)) return;
  const text =
    style === 'json'
      ? JSON.stringify(value)
      : Array.isArray(value)
        ? (value as readonly Json[]).map(textOf).join(',')
        : textOf(value);
  try {
    headers.set(name, text);
  } catch {
    throw new Problem('tool_input_invalid', `${who}: "${name}" has a value that no header can hold`);
  }
}
