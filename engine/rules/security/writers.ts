import { isObject } from '../../core/json.ts';
import { segmentsOf } from '../../core/json-pointer.ts';
import { membersOf, type Type } from '../../expr/index.ts';
import type { ExpressionFact } from '../../program/facts.ts';
import type { Program } from '../../program/program.ts';
import { rootOf, type Node, type Source } from '../../source/index.ts';
import { allowsAnyText, schemaAt } from '../schema-at.ts';
import type { SpecStep } from '../spec-steps.ts';

/** A workflow in which texts are followed to who wrote them. */
export interface Flow {
  readonly program: Program;
  readonly source: Source;
  /** The expressions of the workflow. */
  readonly facts: readonly ExpressionFact[];
  /** Its steps by pointer. */
  readonly steps: ReadonlyMap<string, SpecStep>;
}

/** Steps between a text and where it is used, at most. */
const longestWay = 8;

/**
 * In words, who outside the project may freely have written a text that an expression of a step gives: a caller, a model, the
 * network. Followed through `set` and the items of `foreach`, not through what expressions make of a text.
 */
export function strangerBehind(fact: ExpressionFact, step: SpecStep, flow: Flow): string | undefined {
  if (fact.syntax !== 'template' && !mayBeAnyText(fact.type)) return undefined;
  for (const { path } of fact.reads) {
    if (!mayBeAnyText(typeAt(fact.scope.types, path))) continue;
    const writer = writerOf(path, step, flow, longestWay);
    if (writer !== undefined) return `${writer} ("${path.join('.')}")`;
  }
  return undefined;
}

function writerOf(path: readonly string[], at: SpecStep, flow: Flow, left: number): string | undefined {
  const [root = '', first = '', field, ...rest] = path;
  if (left === 0) return undefined;
  if (root === 'input') {
    const schema = rootOf(flow.source).get('inputSchema').value;
    const found = isObject(schema) ? schemaAt(schema, path.slice(1)) : undefined;
    return found !== undefined && allowsAnyText(found) ? 'text of the caller' : undefined;
  }
  if (root === 'steps') {
    const step = at.before.find((earlier) => earlier.get('id').text() === first);
    return step === undefined || field !== 'output' ? undefined : authorOf(step, rest, flow, left - 1);
  }
  const loop = loopOf(root, at, flow);
  return loop === undefined
    ? undefined
    : readsAt(`${loop.node.pointer}/foreach/items`, ['*', ...path.slice(1)], loop, flow, left - 1);
}

/** Who wrote a part of what a step gives. */
function authorOf(step: Node, path: readonly string[], flow: Flow, left: number): string | undefined {
  const has = (verb: string): boolean => step.get(verb).value !== undefined;
  const own = flow.steps.get(step.pointer);
  if (has('set') && own !== undefined) return readsAt(`${step.pointer}/set`, path, own, flow, left);
  const schema = step.get('outputSchema').object();
  const declared = schema === undefined ? undefined : schemaAt(schema, path);
  if (declared !== undefined && !allowsAnyText(declared)) return undefined;
  if (['prompt', 'agent', 'skill', 'task'].some(has)) return 'text of a model';
  if (has('http')) return 'text of the network';
  const tool = step.get('tool').text();
  return tool !== undefined && flow.program.tools[tool]?.annotations.openWorldHint === true
    ? `text of the open world, through tool "${tool}",`
    : undefined;
}

/** Who wrote what the expressions at, or below, a pointer read for a path of the value there. */
function readsAt(
  pointer: string,
  path: readonly string[],
  at: SpecStep,
  flow: Flow,
  left: number,
): string | undefined {
  for (const fact of flow.facts) {
    if (fact.pointer !== pointer && !fact.pointer.startsWith(`${pointer}/`)) continue;
    const below = segmentsOf(fact.pointer.slice(pointer.length));
    if (below.some((segment, index) => index < path.length && path[index] !== segment)) continue;
    for (const read of fact.reads) {
      const writer = writerOf([...read.path, ...path.slice(below.length)], at, flow, left);
      if (writer !== undefined) return writer;
    }
  }
  return undefined;
}

/** The `foreach` around a step that gives a name to its items. */
function loopOf(name: string, at: SpecStep, flow: Flow): SpecStep | undefined {
  const around = [...flow.steps.values()].filter(({ node }) =>
    at.node.pointer.startsWith(`${node.pointer}/`),
  );
  return around.findLast(({ node }) => {
    const loop = node.get('foreach');
    return loop.value !== undefined && (loop.get('as').text() ?? 'item') === name;
  });
}

function mayBeAnyText(type: Type | undefined): boolean {
  return (
    type !== undefined &&
    membersOf(type).some((member) => member.kind === 'string' && member.values === undefined)
  );
}

function typeAt(type: Type, path: readonly string[]): Type | undefined {
  let at: Type | undefined = type;
  for (const name of path) {
    const record: Type | undefined =
      at === undefined ? undefined : membersOf(at).find(({ kind }) => kind === 'record');
    at = record?.kind === 'record' ? (record.fields.get(name)?.type ?? record.rest) : undefined;
  }
  return at;
}
