import { patternFault } from '../expr/index.ts';
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
    if (!source.text.includes('pattern')) continue;
    const root = rootOf(source);
    let all = known.get(root);
    if (all === undefined) known.set(root, (all = [...patternsIn(root, source.kind === 'schema', false)]));
    for (const { node, pattern, part } of all) check(reporter, node, pattern, part);
  }
}

/** A pattern, and the node it is written in. */
interface Pattern {
  readonly node: Node;
  readonly pattern: string;
  readonly part?: 'key';
}

/** The patterns of a spec; it is walked once. */
const known = new WeakMap<Node, readonly Pattern[]>();

function* patternsIn(node: Node, inSchema: boolean, isMap: boolean): Generator<Pattern> {
  if (typeof node.value !== 'object') return;
  for (const item of node.list()) yield* patternsIn(item, inSchema, false);
  for (const [key, inner] of node.entries()) {
    const text = inner.text();
    if (inSchema && !isMap && key === 'pattern' && text !== undefined) yield { node: inner, pattern: text };
    if (inSchema && !isMap && key === 'patternProperties')
      for (const [pattern, schema] of inner.entries()) yield { node: schema, pattern, part: 'key' };
    if (isMap || !dataKeys.has(key))
      yield* patternsIn(inner, inSchema || schemaKeys.has(key), inSchema && !isMap && mapKeys.has(key));
  }
}

const mapKeys: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'definitions']);

function check(reporter: Reporter, node: Node, pattern: string, part?: 'key'): void {
  const fault = patternFault(pattern);
  if (fault !== undefined)
    reporter.report(node, 'schema/invalid-json-schema', fault, part === undefined ? {} : { part });
}
