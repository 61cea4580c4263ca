import type { Location, Position } from 'vscode-languageserver/node';
import { join } from 'node:path';
import { segmentsOf } from '../core/json-pointer.ts';
import type { Analysis } from '../compiler.ts';
import { rootOf, type Node, type Source } from '../source/index.ts';
import { nameKindAt, namesOfKind, type NameKind } from './names.ts';
import { partialFile } from './partials.ts';
import { nodeAt, placeAt } from './place-at.ts';
import { fileStart, lspRange, placesOf } from './positions.ts';
import { sourceOf, type Project } from './project.ts';
import { stepsOf } from './steps.ts';
import { textPartAt } from './text-at.ts';
import { uriOfPath } from './uri.ts';

/** Where the name at a position is declared; empty when nothing there leads anywhere. */
export async function definition(project: Project, path: string, position: Position): Promise<Location[]> {
  const analysis = await project.analysis();
  const source = sourceOf(analysis, path);
  if (source === undefined) return [];
  const offset = placesOf(source.text).offsetAt(position);
  const part = textPartAt(analysis, source, offset);
  if (part?.partial !== undefined) {
    const file = partialFile(project.root, part.partial);
    return file === undefined ? [] : [{ uri: uriOfPath(file), range: fileStart }];
  }
  if (part?.path !== undefined) return declarationOf(analysis, source, part.path);
  const { node, part: at } = placeAt(source, offset);
  const name = at === 'value' ? node.text() : undefined;
  const kind = name === undefined ? undefined : nameKindAt(analysis, source, node.pointer);
  return name === undefined || kind === undefined ? [] : targetsOf(project.root, analysis, kind, name);
}

function targetsOf(root: string, analysis: Analysis, kind: NameKind, name: string): Location[] {
  if (kind === 'schema') return schemaTarget(analysis, name);
  if (kind === 'step') {
    const id = name.slice(name.lastIndexOf('/') + 1);
    return analysis.sources
      .flatMap(stepsOf)
      .filter((step) => step.id === id)
      .map((step) => locationOf(step.node.get('id')));
  }
  const named = namesOfKind(analysis, kind).find((candidate) => candidate.name === name);
  if (named?.node !== undefined) return [locationOf(named.node)];
  const run = kind === 'tool' ? analysis.draft.tools[name]?.run : undefined;
  return run !== undefined && 'module' in run && typeof run.module === 'string'
    ? [{ uri: uriOfPath(run.module.startsWith('/') ? run.module : join(root, run.module)), range: fileStart }]
    : [];
}

/** Where a path of an expression is declared, as far as it can be told. */
function declarationOf(analysis: Analysis, source: Source, path: readonly string[]): Location[] {
  const [head, first, ...rest] = path;
  if (first === undefined) return head === 'input' ? nearest(source, ['inputSchema']) : [];
  if (head === 'input') return nearest(source, ['inputSchema', ...properties([first, ...rest])]);
  if (head === 'env' || head === 'secrets') {
    const config = analysis.sources.find(({ kind }) => kind === 'project');
    if (config === undefined) return [];
    const at = rootOf(config).get(head);
    const found = head === 'env' ? at.list().find((item) => item.text() === first) : at.get(first);
    return found?.value === undefined ? [] : [locationOf(found)];
  }
  if (head !== 'steps') return [];
  const step = stepsOf(source).find(({ id }) => id === first);
  if (step === undefined) return [];
  const [part, ...fields] = rest;
  if (part !== 'output' || fields.length === 0) return [locationOf(step.node.get('id'))];
  return [locationOf(outputField(analysis, step.node, fields) ?? step.node.get('id'))];
}

/** Where a field of a step's output is declared: in its own schema, or in that of what it calls. */
function outputField(analysis: Analysis, step: Node, fields: readonly string[]): Node | undefined {
  const called = (['tool', 'agent', 'workflow'] as const).flatMap((kind) => {
    const name = step.get(kind).text();
    const found =
      name === undefined ? undefined : namesOfKind(analysis, kind).find((one) => one.name === name);
    return found?.node === undefined ? [] : [found.node];
  });
  return [step, ...called]
    .map((node) => descend(node.get('outputSchema'), properties(fields)))
    .find((node) => node.value !== undefined);
}

function schemaTarget({ sources }: Analysis, reference: string): Location[] {
  const [file = '', fragment = ''] = reference.split('#');
  const target = sources.find(
    (source) => source.kind === 'schema' && (source.file === file || source.file.endsWith(`/${file}`)),
  );
  if (target === undefined) return [];
  const node = nodeAt(target, segmentsOf(fragment.startsWith('/') ? fragment : ''));
  return [locationOf(node.value === undefined ? rootOf(target) : node)];
}

function properties(names: readonly string[]): string[] {
  return names.flatMap((name) => ['properties', name]);
}

/** The deepest part of a path that is there. */
function nearest(source: Source, segments: readonly string[]): Location[] {
  for (let length = segments.length; length > 0; length -= 1) {
    const node = nodeAt(source, segments.slice(0, length));
    if (node.value !== undefined) return [locationOf(node)];
  }
  return [];
}

function descend(node: Node, segments: readonly string[]): Node {
  return segments.reduce<Node>((inner, segment) => inner.get(segment), node);
}

/** Where a value is declared: its key, a step's id, or the beginning of its file. */
export function locationOf({ source, pointer }: Node): Location {
  const part = /\/(?:id|\d+)$/.test(pointer) ? 'value' : 'key';
  const range = pointer === '' ? fileStart : lspRange(source.rangeOf(pointer, part));
  return { uri: uriOfPath(source.path), range };
}
