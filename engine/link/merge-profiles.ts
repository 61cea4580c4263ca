import type { Node, Source } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { known, type Names } from './names.ts';

/** An agent or profile with its chain merged: for each key the node that gives it. */
export interface Merged {
  readonly root: Node;
  /** The files of the chain, nearest first. */
  readonly sources: readonly Source[];
  /** A scalar or object key: the nearest in the chain that says it. */
  get(key: string): Node;
  /** A list key: the profile's entries first, then one's own. */
  list(key: string): readonly Node[];
  /** Every node of the chain that says the key, the profile's first. */
  nodes(key: string): readonly Node[];
  /** True when any file of the chain says the key. */
  has(key: string): boolean;
  /** A map key: entries of the whole chain, the nearest wins. */
  entries(key: string): readonly (readonly [string, Node])[];
}

/**
 * Follows `extends` (or `profile`) to its end. Reports unknown profiles, cycles, and list entries that stand twice.
 */
export function mergeProfiles(reporter: Reporter, root: Node, names: Names): Merged {
  const chain = chainOf(reporter, root, names);
  const merged: Merged = {
    root,
    sources: chain.map((node) => node.source),
    get: (key) =>
      chain.map((node) => node.get(key)).find((node) => node.value !== undefined) ?? root.get(key),
    list: (key) => [...chain].reverse().flatMap((node) => node.get(key).list()),
    nodes: (key) =>
      [...chain].reverse().flatMap((node) => (node.get(key).value === undefined ? [] : [node.get(key)])),
    has: (key) => chain.some((node) => node.get(key).value !== undefined),
    entries: (key) => [...new Map([...chain].reverse().flatMap((node) => node.get(key).entries())).entries()],
  };
  for (const key of ['tools', 'disallowedTools', 'skills', 'subagents', 'secrets', 'mcpServers', 'commands'])
    reportDuplicates(reporter, key, merged.list(key));
  return merged;
}

function chainOf(reporter: Reporter, root: Node, names: Names): Node[] {
  const chain = [root];
  for (let node = root; ;) {
    const reference = node.get('extends').value === undefined ? node.get('profile') : node.get('extends');
    if (node.get('extends').value !== undefined && node.get('profile').value !== undefined) {
      reporter.report(
        node.get('profile'),
        'schema/two-parents',
        'write either "extends" or "profile", not both',
        { part: 'key' },
      );
    }
    const name = reference.text();
    if (name === undefined) return chain;
    const bases = names.of.profile;
    if (!Object.hasOwn(bases, name) && Object.hasOwn(names.profileModules, name)) {
      reporter.noteReference(reference, { kind: 'profile', name, known: true });
      reporter.report(
        reference,
        'ref/unknown-profile',
        `profile "${name}" is written in TypeScript, and only an agent in TypeScript can start from it`,
      );
      return chain;
    }
    if (!known(reporter, reference, 'profile', name, Object.keys(bases))) return chain;
    const next = bases[name];
    if (next === undefined) return chain;
    const start = chain.findIndex((seen) => seen.source === next.source);
    if (start !== -1) {
      const cycle = chain.slice(start).map((seen) => seen.source.name);
      // Each of its members finds the cycle; the first by name tells.
      if (cycle.every((member) => name <= member)) {
        reporter.report(
          reference,
          'graph/cycle',
          `"${name}" extends itself: ${[...cycle, name].join(' → ')}`,
        );
      }
      return chain;
    }
    chain.push(next);
    node = next;
  }
}

function reportDuplicates(reporter: Reporter, key: string, nodes: readonly Node[]): void {
  const seen = new Map<string, Node>();
  for (const node of nodes) {
    const text = node.text();
    if (text === undefined) continue;
    const first = seen.get(text);
    if (first === undefined) seen.set(text, node);
    else {
      reporter.report(node, 'ref/duplicate-entry', `"${text}" stands twice in "${key}"`, {
        related: [
          { file: first.source.file, range: first.source.rangeOf(first.pointer), message: 'first here' },
        ],
      });
    }
  }
}
