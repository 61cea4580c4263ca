import type { JsonSchema } from '../core/json.ts';
import { suggest } from '../core/suggest.ts';
import type { OpenApiTool, Tool } from '../program/tool.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { linkHeaders } from './link-headers.ts';
import { known } from './names.ts';
import { callOf } from './openapi-call.ts';
import { readOpenApi, type OpenApiDocument, type Operation } from './openapi-document.ts';
import { inputSchemaOf, outputSchemaOf } from './openapi-schema.ts';
import { projectPath } from './project-path.ts';
import { linkTemplate } from './text.ts';
import type { Visible } from './visible.ts';
import { checkUrl } from './url.ts';

/** An operation of a document as a tool of its own, and what the document says of it. */
export interface LinkedOperation extends OperationFacts {
  readonly name: string;
  readonly run: OpenApiTool;
}

/** What a document says of an operation. */
export interface OperationFacts {
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema | undefined;
  readonly annotations: Tool['annotations'];
}

const longestName = 64;

/**
 * The operations of a tool of type `openapi`, each called `<tool>__<operation>`. A document behind an address is not fetched: its
 * operations are those that the tool names.
 */
export function linkOperations(
  reporter: Reporter,
  root: Node,
  folder: string,
  sinks: Visible,
): readonly LinkedOperation[] {
  const node = root.get('document');
  const text = node.text() ?? '';
  const headers = linkHeaders(reporter, root.get('headers'), sinks);
  const baseUrl = linkBaseUrl(reporter, root.get('baseUrl'), sinks);
  const base = { type: 'openapi', baseUrl, headers } as const;
  const wanted = root.get('operations').list();
  const named = (document: string): LinkedOperation[] =>
    wanted.flatMap((item) => {
      const operation = item.text();
      if (operation === undefined) return [];
      return {
        name: toolName(reporter, root, operation, item),
        run: { ...base, document, operation, call: undefined },
        description: '',
        inputSchema: { type: 'object' },
        outputSchema: undefined,
        annotations: {},
      };
    });
  if (/^https?:\/\//i.test(text)) {
    checkUrl(reporter, node);
    return named(text);
  }
  const path = projectPath(reporter, node, { folder, wanted: 'file' });
  const document = path === undefined ? undefined : readOpenApi(path);
  if (document !== undefined && 'fault' in document)
    reporter.report(node, 'source/unreadable', `"${text}" ${document.fault}`);
  if (path === undefined || document === undefined || 'fault' in document) return named(text);
  return chosen(reporter, node, wanted, document).map(({ operation, at }) => ({
    name: toolName(reporter, root, operation.id, at),
    run: { ...base, document: path, operation: operation.id, call: callOf(document, operation) },
    ...factsOf(document, operation),
  }));
}

/** What a document says of an operation. */
export function factsOf(document: OpenApiDocument, operation: Operation): OperationFacts {
  const { method, description } = operation;
  return {
    description,
    inputSchema: inputSchemaOf(document, operation),
    outputSchema: outputSchemaOf(document, operation),
    annotations:
      method === 'GET' || method === 'HEAD'
        ? { readOnlyHint: true }
        : method === 'PUT' || method === 'DELETE'
          ? { idempotentHint: true }
          : {},
  };
}

/** An address that may read `env`, but nothing that a model says. */
function linkBaseUrl(reporter: Reporter, node: Node, sinks: Visible): OpenApiTool['baseUrl'] {
  const text = node.text();
  // A secret in an address has a message of its own.
  const isTemplate = text?.includes('secrets.') !== true;
  checkUrl(reporter, node, isTemplate);
  if (!isTemplate) return undefined;
  return linkTemplate(reporter, node, { ...sinks, names: new Set(['env']), secrets: new Set() });
}

function chosen(
  reporter: Reporter,
  node: Node,
  wanted: readonly Node[],
  { operations }: OpenApiDocument,
): { readonly operation: OpenApiDocument['operations'][number]; readonly at: Node }[] {
  if (wanted.length === 0) {
    if (operations.length === 0)
      reporter.report(
        node,
        'ref/unknown-operation',
        `"${node.text() ?? ''}" has no operation with an "operationId"; give each operation that is to be a tool one`,
      );
    return operations.map((operation) => ({ operation, at: node }));
  }
  const ids = operations.map(({ id }) => id);
  return wanted.flatMap((item) => {
    const id = item.text();
    if (id === undefined) return [];
    // Who uses the operation that was meant shall not be reported too.
    const [meant] = known(reporter, item, 'operation', id, ids) ? [id] : suggest(id, ids);
    const operation = operations.find((one) => one.id === meant);
    return operation === undefined ? [] : [{ operation, at: item }];
  });
}

/** The name that models know an operation by: other signs than letters, digits, `_` and `-` become `_`. */
function toolName(reporter: Reporter, root: Node, operation: string, at: Node): string {
  const name = `${root.source.name}__${operation.replaceAll(/[^A-Za-z0-9_-]/g, '_')}`;
  if (name.length > longestName)
    reporter.report(
      at,
      'schema/bad-name',
      `"${name}" is too long for the name of a tool: at most ${longestName} characters; give the file a shorter name`,
    );
  return name;
}
