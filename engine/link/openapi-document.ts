import { segmentsOf, segmentsOfFragment } from '../core/json-pointer.ts';
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { parseYaml, textOnDisk } from '../source/index.ts';

/** An operation of an OpenAPI document. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly description: string;
  /** What stands beside its path and what it says itself. */
  readonly parameters: readonly Json[];
  readonly body: Json | undefined;
  readonly responses: JsonObject;
  /** Servers that it, or what stands beside its path, names for itself; else those of the document. */
  readonly servers: Json | undefined;
}

/** What an OpenAPI document says. */
export interface OpenApiDocument {
  readonly root: JsonObject;
  readonly operations: readonly Operation[];
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const mostYaml = 2 * 1024 * 1024;
const mostJson = 16 * 1024 * 1024;

/** Reads an OpenAPI 3 document, JSON or YAML; or why it cannot be used, as the end of a sentence. */
export function readOpenApi(path: string): OpenApiDocument | { readonly fault: string } {
  const text = textOnDisk(path);
  if (text === undefined) return { fault: 'cannot be read' };
  const before = known.get(path);
  if (before?.text === text) return before.read;
  const read = readOpenApiText(path, text);
  known.set(path, { text, read });
  return read;
}

/** The value that a `$ref` of the document leads to; the value itself when it is none. */
export function followed(root: JsonObject, value: Json | undefined, depth = 0): Json | undefined {
  const reference = isObject(value) ? value['$ref'] : undefined;
  if (typeof reference !== 'string' || depth > 16) return value;
  if (!reference.startsWith('#/')) return undefined;
  let found: Json | undefined = root;
  const fragment = reference.slice(1);
  for (const key of segmentsOfFragment(fragment) ?? segmentsOf(fragment)) {
    found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  }
  return followed(root, found, depth + 1);
}

const known = new Map<string, { readonly text: string; readonly read: ReturnType<typeof readOpenApi> }>();

/** Reads the text of an OpenAPI 3 document; or why it cannot be used, as the end of a sentence. */
export function readOpenApiText(path: string, text: string): ReturnType<typeof readOpenApi> {
  const isJson = /^\s*\{/.test(text);
  if (text.length > (isJson ? mostJson : mostYaml))
    return { fault: isJson ? 'is larger than 16 MiB' : 'is larger than 2 MiB; keep it as JSON' };
  let value: Json;
  if (isJson) {
    try {
      value = JSON.parse(text) as Json;
    } catch (thrown) {
      return { fault: `is no JSON: ${thrown instanceof Error ? firstLine(thrown.message) : ''}` };
    }
  } else {
    const parsed = parseYaml(text, { file: path });
    const [wrong] = parsed.diagnostics.filter(({ level }) => level === 'error');
    if (wrong !== undefined) {
      const line = wrong.range === undefined ? '' : `line ${wrong.range.start.line}: `;
      return { fault: `is no YAML: ${line}${wrong.message}` };
    }
    value = parsed.value;
  }
  if (!isObject(value)) return { fault: 'is no OpenAPI document' };
  const version = value['openapi'];
  if (typeof version !== 'string' || !version.startsWith('3.')) {
    const old = value['swagger'] === undefined ? '' : ', and "swagger" is the older format';
    return { fault: `is no OpenAPI 3 document: it has no "openapi: 3…"${old}` };
  }
  const { paths } = value;
  return { root: value, operations: isObject(paths) ? operationsOf(value, paths) : [] };
}

function operationsOf(root: JsonObject, paths: JsonObject): Operation[] {
  return Object.entries(paths).flatMap(([path, entry]) => {
    const item = followed(root, entry);
    if (!isObject(item)) return [];
    return methods.flatMap((method): Operation[] => {
      const operation = item[method];
      if (!isObject(operation) || typeof operation['operationId'] !== 'string') return [];
      const text = [operation['summary'], operation['description']].find((one) => typeof one === 'string');
      return [
        {
          id: operation['operationId'],
          method: method.toUpperCase(),
          path,
          description: typeof text === 'string' ? text : '',
          parameters: [...listOf(item['parameters']), ...listOf(operation['parameters'])],
          body: operation['requestBody'],
          responses: isObject(operation['responses']) ? operation['responses'] : {},
          servers: operation['servers'] ?? item['servers'] ?? root['servers'],
        },
      ];
    });
  });
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
