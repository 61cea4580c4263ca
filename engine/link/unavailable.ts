import { type Node, type Source, rootOf } from '../source/index.ts';
import type { Reporter } from './context.ts';

/** Keys of the language that this version does not act on, as paths from the root of the spec. */
export const unavailableKeys: Readonly<Record<string, readonly string[]>> = {
  project: ['durable', 'modules.plugins', 'store.synchronous', 'store.busyTimeout'],
};

/** Notes what of these specs this version cannot run yet, apart from steps. */
export function noteUnavailable(reporter: Reporter, sources: readonly Source[]): void {
  for (const source of sources) {
    const root = rootOf(source);
    for (const path of unavailableKeys[source.kind] ?? []) {
      for (const { node, key } of select(root, path.split('.')))
        reporter.unavailable(node, `"${key}" is not available in this version`, 'key');
    }
  }
}

function select(node: Node, path: readonly string[]): { readonly node: Node; readonly key: string }[] {
  const [head, ...rest] = path;
  if (head === undefined) return [];
  const found =
    head === '*'
      ? node.entries().length > 0
        ? node.entries()
        : node.list().map((item, index) => [String(index), item] as const)
      : node.get(head).value === undefined
        ? []
        : ([[head, node.get(head)]] as const);
  return found.flatMap(([key, inner]) => (rest.length === 0 ? [{ node: inner, key }] : select(inner, rest)));
}
