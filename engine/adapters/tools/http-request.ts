import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { HttpTool } from '../../program/tool.ts';

/** One HTTP request, rendered. */
export interface RenderedRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  /** Lower-case names of headers that carry a secret. */
  readonly secretHeaders: readonly string[];
  readonly body: string | undefined;
}

/** What the parts of a request may read. */
export interface RequestScopes {
  /** Its texts are percent-encoded where they enter the URL. */
  readonly url: JsonObject;
  readonly headers: JsonObject;
  /** The query and the body. */
  readonly rest: JsonObject;
}

/**
 * The request of a call. What enters the URL can add no segment, parameter or host.
 * Throws Problem `tool_failed` for a URL that is no http URL, `tool_input_invalid` for input that would climb the path,
 * `template_failed`, `expression_failed`.
 * @param who whose request it is, for messages: `tool "rates"`.
 */
export function renderRequest(
  who: string,
  http: Omit<HttpTool, 'type'>,
  scopes: RequestScopes,
): RenderedRequest {
  const url = urlOf(who, http.url.render(scopes.url));
  for (const [name, value] of Object.entries(http.query))
    addParameter(url, name, value.evaluate(scopes.rest));
  const headers = headersOf(who, http, scopes.headers);
  const body = http.body === undefined ? undefined : bodyOf(http.body.evaluate(scopes.rest), headers);
  return {
    url,
    method: http.method.toUpperCase(),
    headers,
    secretHeaders: secretHeadersOf(http),
    body,
  };
}

/** Lower-case names of the headers that read secrets. */
export function secretHeadersOf({ headers }: Pick<HttpTool, 'headers'>): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    mentionsSecrets(value) ? [name.toLowerCase()] : [],
  );
}

/** Whether a header of the request reads secrets. */
export function readsSecrets(http: Pick<HttpTool, 'headers'>): boolean {
  return Object.values(http.headers).some(mentionsSecrets);
}

/** The address of a request. Throws what `renderRequest` does. */
export function urlOf(who: string, text: string): URL {
  const path = text.replace(/[?#].*$/s, '');
  if (/(^|[/\\])(\.|%2e){1,2}([/\\]|$)/i.test(path)) {
    throw new Problem('tool_input_invalid', `${who}: the url may not hold "." or ".." segments`);
  }
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Problem('tool_failed', `${who}: the url is not an http or https url`);
  }
  if (url.username !== '' || url.password !== '')
    throw new Problem('tool_failed', `${who}: the url may not hold a user or password; send a header`);
  return url;
}

/** A value with every text in it percent-encoded. */
export function encodeTexts(value: Json): Json {
  if (typeof value === 'string') return encodeURIComponent(value.toWellFormed());
  if (Array.isArray(value)) return value.map((item: Json) => encodeTexts(item));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, encodeTexts(inner)]));
}

/** Null leaves the parameter out; a list repeats it. */
export function addParameter(url: URL, name: string, value: Json): void {
  if (value === null) return;
  for (const item of Array.isArray(value) ? (value as readonly Json[]) : [value]) {
    url.searchParams.append(name, textOf(item));
  }
}

/** The headers of a request. A header that is null is left out. Throws Problem `tool_failed` for a value that cannot be sent. */
export function headersOf(who: string, http: Pick<HttpTool, 'headers'>, scope: JsonObject): Headers {
  const headers = new Headers({
    accept: 'application/json, text/*;q=0.9, */*;q=0.5',
    'user-agent': 'flue-engine',
  });
  for (const [name, value] of Object.entries(http.headers)) {
    const evaluated = value.evaluate(scope);
    if (evaluated === null) continue;
    try {
      headers.set(name, textOf(evaluated));
    } catch {
      // The cause would quote the value, which may be a secret.
      throw new Problem('tool_failed', `${who}: header "${name}" has a value that cannot be sent`);
    }
  }
  return headers;
}

/** The body of a request: JSON unless the content type says a form, or another type for a text. */
export function bodyOf(value: Json, headers: Headers): string {
  const type = headers.get('content-type');
  if (type?.includes('x-www-form-urlencoded') === true && isObject(value)) {
    return new URLSearchParams(
      Object.entries(value).map(([name, item]): [string, string] => [name, textOf(item)]),
    ).toString();
  }
  if (typeof value === 'string' && type !== null && !type.includes('json')) return value;
  if (type === null) headers.set('content-type', 'application/json');
  return JSON.stringify(value);
}

/** A value as one text. */
export function textOf(value: Json): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

function mentionsSecrets(value: HttpTool['headers'][string]): boolean {
  return !value.constant && /\bsecrets\b/.test(JSON.stringify(value.source));
}
