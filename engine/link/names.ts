import { choices, suggest } from '../core/suggest.ts';
import { type Node, type Source, rootOf } from '../source/index.ts';
import type { Reporter } from './context.ts';

/** Kinds of which every spec has a name of its own. */
export type NamedKind =
  | 'agent'
  | 'profile'
  | 'role'
  | 'skill'
  | 'tool'
  | 'sandbox'
  | 'workflow'
  | 'model'
  | 'channel'
  | 'schedule'
  | 'test';

/** The specs of a project by kind and name; the project's own hide the shipped ones. */
export interface Names {
  readonly of: Readonly<Record<NamedKind, Readonly<Record<string, Node>>>>;
  /** Tools that are only a TypeScript file, and where it is. */
  readonly modules: Readonly<Record<string, string>>;
  /** Agents, profiles and workflows that are written in TypeScript. */
  readonly agentModules: Readonly<Record<string, string>>;
  readonly profileModules: Readonly<Record<string, string>>;
  readonly workflowModules: Readonly<Record<string, string>>;
}

const kinds: readonly NamedKind[] = [
  'agent',
  'profile',
  'role',
  'skill',
  'tool',
  'sandbox',
  'workflow',
  'model',
  'channel',
  'schedule',
  'test',
];

/** Collects names; of two specs with one name the later source wins (the loader has reported the clash). */
export function collectNames(
  sources: readonly Source[],
  shipped: readonly Source[],
  { modules, agentModules, profileModules, workflowModules }: Omit<Names, 'of'>,
): Names {
  const of = Object.fromEntries(
    kinds.map((kind) => [kind, Object.create(null) as Record<string, Node>]),
  ) as Record<NamedKind, Record<string, Node>>;
  for (const source of [...shipped, ...sources]) {
    const kind = kinds.find((candidate) => candidate === source.kind);
    if (kind !== undefined) of[kind][source.name] = rootOf(source);
  }
  return { of, modules, agentModules, profileModules, workflowModules };
}

/**
 * Reports a reference that leads nowhere.
 * @param part `key` where the name is the key of the node.
 * @returns whether the name exists.
 */
export function known(
  reporter: Reporter,
  node: Node,
  what: string,
  name: string,
  candidates: Iterable<string>,
  rule = `ref/unknown-${what}`,
  part?: 'key',
): boolean {
  const all = [...candidates];
  const isKnown = all.includes(name);
  reporter.noteReference(node, { kind: what, name, known: isKnown });
  if (isKnown) return true;
  const meant = withoutWrapping(name, all);
  const end = meant === undefined ? choices(name, all) || cureOfNone(what) : `; write "${meant}"`;
  reporter.report(node, rule, `no ${what} "${name}"${end}`, {
    suggestions: meant === undefined ? suggest(name, all, 3) : [meant],
    ...(part === undefined ? {} : { part }),
  });
  return false;
}

/** What helps where there is none of a kind. */
function cureOfNone(what: string): string {
  return what === 'secret' ? '; declare it under "secrets" in engine.yaml' : '';
}

/** The name inside a path to its file, or inside an expression, when there is one: `tools/check.yaml`, `${{ secrets.KEY }}`. */
function withoutWrapping(name: string, all: readonly string[]): string | undefined {
  const expression = /^\$\{\{\s*(?:\w+\.)?([\w-]+)\s*\}\}$/.exec(name)?.[1];
  const [, folders = '', stem = ''] =
    /^@?((?:[^/]*\/)*)([^/]*?)(?:\.(?:ya?ml|md|json|ts))?$/.exec(name) ?? [];
  const nested = folders
    .replace(/^.*\b(?:agents|workflows|profiles|tools|skills|roles|models)\//, '')
    .split('/');
  const dotted = [...nested.filter((part) => /^[\w-]+$/.test(part)), stem].join('.');
  const folder = stem === 'SKILL' ? nested.at(-2) : undefined;
  return [expression, dotted, stem, folder].find(
    (one) => one !== undefined && one !== name && all.includes(one),
  );
}
