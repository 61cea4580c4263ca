import type { Location, Position } from 'vscode-languageserver/node';
import { isObject } from '../core/json.ts';
import { segmentsOf } from '../core/json-pointer.ts';
import type { Range } from '../core/range.ts';
import type { Analysis } from '../compiler.ts';
import type { Source } from '../source/index.ts';
import { childrenOf, placeAt } from './place-at.ts';
import { locationOf } from './definition.ts';
import { nameKindAt, namesOfKind, type NameKind } from './names.ts';
import { lspRange, placesOf } from './positions.ts';
import { sourceOf, type Project } from './project.ts';
import { stepsOf } from './steps.ts';
import { textPartAt } from './text-at.ts';
import { rootOf, type Node } from '../source/index.ts';
import { uriOfPath } from './uri.ts';

/** Everywhere the thing at a position is named: a step in its workflow, a spec in the whole project. */
export async function references(
  project: Project,
  path: string,
  position: Position,
  withDeclaration: boolean,
): Promise<Location[]> {
  const analysis = await project.analysis();
  const source = sourceOf(analysis, path);
  if (source === undefined) return [];
  const offset = placesOf(source.text).offsetAt(position);
  const step = stepAt(analysis, source, offset);
  if (step !== undefined) {
    const declared = stepsOf(source).filter(({ id }) => id === step.id);
    return [
      ...(withDeclaration ? declared.map(({ node }) => locationOf(node.get('id'))) : []),
      ...readsOfStep(analysis, source, step.id).map((range) => ({
        uri: uriOfPath(path),
        range: lspRange(range),
      })),
    ];
  }
  const named = specAt(analysis, source, offset);
  if (named === undefined) return [];
  const declared = namesOfKind(analysis, named.kind).find(({ name }) => name === named.name)?.node;
  return [
    ...(withDeclaration && declared !== undefined ? [locationOf(declared)] : []),
    ...namings(analysis, named).map(({ source: { path: file, rangeOf }, pointer }) => ({
      uri: uriOfPath(file),
      range: lspRange(rangeOf(pointer)),
    })),
  ];
}

/** The step whose id, or whose name in an expression, stands at an offset, and where. */
export function stepAt(
  analysis: Analysis,
  source: Source,
  offset: number,
): { readonly id: string; readonly range: Range } | undefined {
  if (source.kind !== 'workflow') return undefined;
  const part = textPartAt(analysis, source, offset);
  if (part !== undefined) {
    const [head, id, ...rest] = part.path ?? [];
    return head === 'steps' && id !== undefined && rest.length === 0 ? { id, range: part.range } : undefined;
  }
  const { node } = placeAt(source, offset);
  const step = stepsOf(source).find((one) => `${one.node.pointer}/id` === node.pointer);
  return step === undefined ? undefined : { id: step.id, range: source.rangeOf(node.pointer) };
}

/** Where the expressions and templates of a workflow name a step. */
export function readsOfStep({ facts }: Analysis, source: Source, id: string): readonly Range[] {
  const places = new Map<number, Range>();
  for (const fact of facts.expressions) {
    if (fact.file !== source.file) continue;
    for (const { path, start, end } of fact.reads) {
      if (path[0] !== 'steps' || path[1] !== id) continue;
      const at = nameIn(fact.source.slice(start, end), id);
      if (at === undefined) continue;
      const from = fact.offset + start + at;
      const range = source.rangeWithin(fact.pointer, from, from + id.length);
      places.set(range.start.offset, range);
    }
  }
  return [...places.values()].sort((a, b) => a.start.offset - b.start.offset);
}

function nameIn(path: string, id: string): number | undefined {
  const lead = /^(?:@root\s*\.\s*)?steps\s*(?:\.\s*\??\s*|\[\s*["']?)/.exec(path)?.[0];
  return lead !== undefined && path.startsWith(id, lead.length) ? lead.length : undefined;
}

interface SpecName {
  readonly kind: NameKind;
  readonly name: string;
}

/** The spec that is named at an offset, or that the file itself is. */
function specAt(analysis: Analysis, source: Source, offset: number): SpecName | undefined {
  const { node, part } = placeAt(source, offset);
  const name = part === 'value' ? node.text() : undefined;
  const kind = name === undefined ? undefined : nameKindAt(analysis, source, node.pointer);
  if (name !== undefined && kind !== undefined) return { kind, name };
  const [head, own] = segmentsOf(node.pointer);
  if (source.kind === 'project' && own !== undefined && (head === 'models' || head === 'secrets'))
    return { kind: head === 'models' ? 'model' : 'secret', name: own };
  return own === undefined && isSpecKind(source.kind) ? { kind: source.kind, name: source.name } : undefined;
}

function isSpecKind(kind: string): kind is NameKind {
  return ['agent', 'profile', 'role', 'skill', 'tool', 'sandbox', 'workflow'].includes(kind);
}

/** Every text of the project that names a spec. */
function namings(analysis: Analysis, { kind, name }: SpecName): Node[] {
  const search = (node: Node): Node[] => {
    if (node.value === name) {
      const found = nameKindAt(analysis, node.source, node.pointer);
      return found === kind || (found === 'profile' && kind === 'agent') ? [node] : [];
    }
    return isObject(node.value) || Array.isArray(node.value) ? childrenOf(node).flatMap(search) : [];
  };
  return analysis.sources.flatMap((source) => search(rootOf(source)));
}
