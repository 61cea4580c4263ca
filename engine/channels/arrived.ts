import type { Delivery } from '../api/channels.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { parseJson } from '../core/parse-json.ts';
import { Problem } from '../core/problem.ts';

/** A delivery, to be looked at in pieces: nothing is parsed before it must be. */
export interface Arrived {
  readonly bytes: Uint8Array;
  /** A header that came once; undefined when it did not, or came more often. */
  one(name: string): string | undefined;
  /** The body as a form; undefined when it is none. */
  form(): Form | undefined;
  /**
   * The body: JSON, the fields of a form, or a text; without a type JSON when it begins like it. Throws Problem `invalid_json`, and
   * `unsupported_media_type` for a text in an encoding that nobody knows.
   */
  body(): Json;
  /** All headers in lower case, but those that show who the sender is. */
  headers(hidden: string): JsonObject;
  query(): JsonObject;
  /** As it came, without the `?`. */
  readonly search: string;
}

/** A form. */
export interface Form {
  readonly fields: JsonObject;
  /** Names and values in the order of the names, without anything between: what Twilio signs. */
  readonly signed: string;
}

/**
 * A delivery as it came.
 * @param formJson field of a form whose JSON is the body.
 */
export function arrivedOf({ headers, body, query = '' }: Delivery, formJson: string | undefined): Arrived {
  const all = headerLists(headers);
  const one = (name: string): string | undefined => {
    const [value, ...more] = all.get(name.toLowerCase()) ?? [];
    return more.length === 0 ? value : undefined;
  };
  const [media = '', ...parameters] = (one('content-type') ?? '').toLowerCase().split(';');
  const type = media.trim();
  const charset = charsetOf(parameters);
  const form = (): Form | undefined =>
    type === 'application/x-www-form-urlencoded' ? formOf(textOf(body)) : undefined;
  return {
    bytes: body,
    one,
    form,
    body() {
      const fields = form()?.fields;
      if (fields !== undefined) {
        const packed = formJson === undefined ? undefined : fields[formJson];
        return typeof packed === 'string' ? parseJson(new TextEncoder().encode(packed)) : fields;
      }
      const isJson = type.endsWith('json');
      const text = textOf(body, isJson ? undefined : charset);
      if (text.trim() === '') return null;
      if (isJson) return parseJson(body);
      if (type !== '') return text;
      return /^\s*[[{]/.test(text) ? parseJson(body) : text;
    },
    headers: (hidden) =>
      Object.fromEntries(
        [...all]
          .filter(([name]) => ![hidden.toLowerCase(), 'authorization', 'cookie', '__proto__'].includes(name))
          .map(([name, values]) => [name, values.join(', ')]),
      ),
    query: () => fieldsOf(new URLSearchParams(query)),
    search: query,
  };
}

function headerLists(headers: Delivery['headers']): ReadonlyMap<string, readonly string[]> {
  const entries = headers instanceof Headers ? [...headers] : Object.entries(headers);
  return new Map(
    entries.flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), typeof value === 'string' ? [value] : value] as const],
    ),
  );
}

function formOf(text: string): Form {
  const parameters = new URLSearchParams(text);
  const names = [...new Set(parameters.keys())].sort();
  const signed = names
    .flatMap((name) => [...new Set(parameters.getAll(name))].sort().map((value) => name + value))
    .join('');
  return { fields: fieldsOf(parameters), signed };
}

/** A field that comes more often is a list. */
function fieldsOf(parameters: URLSearchParams): JsonObject {
  return Object.fromEntries(
    [...new Set(parameters.keys())]
      .filter((name) => name !== '__proto__')
      .map((name) => {
        const values = parameters.getAll(name);
        return [name, values.length === 1 ? (values[0] ?? '') : values];
      }),
  );
}

/** The encoding that a content type names; JSON and forms are UTF-8 whatever it says. */
function charsetOf(parameters: readonly string[]): string | undefined {
  const named = parameters.map((one) => one.trim()).find((one) => one.startsWith('charset='));
  return named?.slice('charset='.length).replace(/^(["'])(.*)\1$/, '$2') || undefined;
}

/** The text of a body. Throws Problem `invalid_json`, and `unsupported_media_type` for an encoding that nobody knows. */
function textOf(bytes: Uint8Array, charset = 'utf-8'): string {
  const decode = decoderOf(charset);
  try {
    return decode(bytes);
  } catch {
    throw new Problem('invalid_json', `the body is not valid ${charset.toUpperCase()}`);
  }
}

function decoderOf(charset: string): (bytes: Uint8Array) => string {
  try {
    const decoder = new TextDecoder(charset, { fatal: true, ignoreBOM: true });
    return (bytes) => decoder.decode(bytes);
  } catch {
    throw new Problem('unsupported_media_type', `texts in "${charset}" cannot be read; send UTF-8`);
  }
}
