import { schemaFaults } from '../expr/index.ts';
import { type Node, type Source, rootOf } from '../source/index.ts';
import type { Reporter } from './context.ts';

const schemaKeys: ReadonlySet<string> = new Set(['inputSchema', 'outputSchema', 'form']);
/** Keys of specs, and keywords of schemas, below which everything is data of the writer. */
const dataKeys: ReadonlySet<string> = new Set([
  ...['with', 'set', 'input', 'output', 'body', 'data', 'metadata', 'json'],
  ...['default', 'examples', 'const', 'enum'],
]);

/** Reports patterns in the JSON Schemas of specs that are none, or that cannot be matched in linear time. */
export function checkPatterns(reporter: Reporter, sources: readonly Source[]): void {
  for (const source of sources) {
    if (source.text.includes('pattern')) visit(reporter, rootOf(source), source.kind === 'schema', false);
  }
}

function visit(reporter: Reporter, node: Node, inSchema: boolean, isMap: boolean): void {
  if (typeof node.value !== 'object') return;
  for (const item of node.list()) visit(reporter, item, inSchema, false);
  for (const [key, inner] of node.entries()) {
    if (inSchema && !isMap && key === 'pattern') check(reporter, inner, inner.text());
    if (inSchema && !isMap && key === 'patternProperties')
      for (const [pattern, schema] of inner.entries()) check(reporter, schema, pattern, 'key');
    if (isMap || !dataKeys.has(key))
      visit(reporter, inner, inSchema || schemaKeys.has(key), inSchema && !isMap && mapKeys.has(key));
  }
}

const mapKeys: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'definitions']);

function check(reporter: Reporter, node: Node, pattern: string | undefined, part?: 'key'): void {
  if (pattern === undefined) return;
  for (const { message } of schemaFaults({ pattern }))
    reporter.report(node, 'schema/invalid-json-schema', message, part === undefined ? {} : { part });
}
