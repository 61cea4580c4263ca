import { segmentsOf } from '../core/json-pointer.ts';
import { isObject } from '../core/json.ts';
import type { Analysis } from '../compiler.ts';
import { builtinTools } from '../program/tool.ts';
import { loadShipped, rootOf, type Node, type Source } from '../source/index.ts';
import { schemasAt } from './schema-at.ts';

/** What a name in a spec may lead to. */
export type NameKind =
  | 'agent'
  | 'profile'
  | 'role'
  | 'skill'
  | 'tool'
  | 'sandbox'
  | 'workflow'
  | 'model'
  | 'secret'
  | 'schema'
  | 'step'
  | 'partial';

/** A name that leads somewhere. */
export interface Named {
  readonly kind: NameKind;
  readonly name: string;
  readonly about: string | undefined;
  /** The spec it names, or the place in the config that declares it. */
  readonly node: Node | undefined;
}

const byKey: Readonly<Record<string, NameKind>> = {
  agent: 'agent',
  agents: 'agent',
  subagents: 'agent',
  profile: 'profile',
  extends: 'profile',
  role: 'role',
  skill: 'skill',
  skills: 'skill',
  tool: 'tool',
  tools: 'tool',
  disallowedTools: 'tool',
  sandbox: 'sandbox',
  workflow: 'workflow',
  model: 'model',
  secrets: 'secret',
  apiKey: 'secret',
  $ref: 'schema',
};

const byFact: Readonly<Record<string, NameKind>> = { subagent: 'agent' };

/** What kind of thing the text at a node names, by what linking noted there, else by its key; undefined when it is no name. */
export function nameKindAt(analysis: Analysis, source: Source, pointer: string): NameKind | undefined {
  const fact = analysis.facts.references.find((one) => one.file === source.file && one.pointer === pointer);
  if (fact !== undefined) {
    const kind = byFact[fact.kind] ?? fact.kind;
    return isNameKind(kind) ? kind : undefined;
  }
  const segments = segmentsOf(pointer);
  const at = segments.findLastIndex((segment) => !/^\d+$/.test(segment));
  const key = segments[at];
  if (key === undefined || segments.length - at > 2 || !Object.hasOwn(byKey, key)) return undefined;
  if (key === '$ref') return 'schema';
  const keyPointer = `/${segments
    .slice(0, at + 1)
    .map(escape)
    .join('/')}`;
  return schemasAt(source, keyPointer).some(({ named }) => named) ? byKey[key] : undefined;
}

/** Everything a name of a kind may lead to: the project's own first, then what ships with the engine. */
export function namesOfKind(analysis: Analysis, kind: NameKind): readonly Named[] {
  switch (kind) {
    case 'secret':
      return configured(analysis, 'secret', ['secrets']);
    case 'model':
      return [...configured(analysis, 'model', ['models']), ...scripts(analysis)];
    case 'schema':
      return analysis.sources
        .filter((source) => source.kind === 'schema')
        .map((source) => named(kind, source.file.slice(source.file.lastIndexOf('schemas/')), source));
    case 'step':
    case 'partial':
      return [];
    case 'tool':
      return [...specs(analysis, kind), ...looseTools(analysis)];
    case 'profile':
      return [...specs(analysis, 'profile'), ...specs(analysis, 'agent')];
    default:
      return specs(analysis, kind);
  }
}

function specs(analysis: Analysis, kind: NameKind): Named[] {
  const own = analysis.sources.filter((source) => source.kind === kind);
  const names = new Set(own.map(({ name }) => name));
  const further = shippedSources().filter((source) => source.kind === kind && !names.has(source.name));
  return [...own, ...further].map((source) => named(kind, source.name, source));
}

function named(kind: NameKind, name: string, source: Source): Named {
  const node = rootOf(source);
  return { kind, name, about: firstLine(node.get('description').text() ?? source.body), node };
}

/** Tools without a file of their own kind: TypeScript modules, and those the engine brings. */
function looseTools({ draft, sources }: Analysis): Named[] {
  const written = new Set(sources.filter(({ kind }) => kind === 'tool').map(({ name }) => name));
  const modules = Object.values(draft.tools).filter(({ name }) => !written.has(name));
  const names = new Set(modules.map(({ name }) => name));
  return [
    ...modules.map(({ name, description }): Named => {
      return { kind: 'tool', name, about: firstLine(description), node: undefined };
    }),
    ...builtinTools
      .filter((name) => !names.has(name) && !written.has(name))
      .map((name): Named => ({ kind: 'tool', name, about: 'Comes with the engine.', node: undefined })),
  ];
}

function scripts({ sources }: Analysis): Named[] {
  return sources
    .filter(({ kind }) => kind === 'model')
    .map((source) => ({ ...named('model', `script/${source.name}`, source), about: 'A scripted model.' }));
}

/** Names that a map or list of the config declares. */
function configured({ sources }: Analysis, kind: NameKind, path: readonly string[]): Named[] {
  const config = sources.find((source) => source.kind === 'project');
  if (config === undefined) return [];
  const node = path.reduce<Node>((inner, key) => inner.get(key), rootOf(config));
  if (isObject(node.value)) {
    return node.entries().map(([name, at]) => {
      const about = at.text() ?? at.get('description').text() ?? at.get('model').text();
      return { kind, name, about: firstLine(about), node: at };
    });
  }
  return node.list().flatMap((at): Named[] => {
    const name = at.text();
    return name === undefined ? [] : [{ kind, name, about: undefined, node: at }];
  });
}

let shipped: readonly Source[] | undefined;

function shippedSources(): readonly Source[] {
  return (shipped ??= loadShipped().sources);
}

function firstLine(text: string | undefined): string | undefined {
  const line = text?.trim().split('\n', 1)[0]?.trim();
  return line === '' ? undefined : line;
}

function isNameKind(kind: string): kind is NameKind {
  return kind === 'schema' || kind === 'step' || Object.values(byKey).some((known) => known === kind);
}

function escape(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}
