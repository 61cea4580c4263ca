import type { Diagnostic } from '../core/diagnostic.ts';
import { segmentsOf } from '../core/json-pointer.ts';
import { shortened } from '../expr/index.ts';
import { stepListsIn, rootOf, type Node } from '../source/index.ts';

/**
 * One way through a workflow on which a step was skipped before the place of a node is reached, and the place of the step's
 * condition; nothing where no step of that id has one.
 */
export function whySkipped(node: Node, step: string): Pick<Diagnostic, 'witness' | 'related'> {
  const root = rootOf(node.source);
  const found = findStep(root.get('steps'), step);
  const condition = found?.get('if');
  if (found === undefined || condition?.value === undefined) return {};
  const trail = trailTo(root, segmentsOf(node.pointer)).map((word) =>
    word === step ? `${step} skipped: ${shortened(String(condition.value))} is false` : word,
  );
  const { source, pointer } = condition;
  return {
    witness: around(trail, step),
    related: [
      {
        file: source.file,
        range: source.rangeOf(pointer),
        message: `step "${step}" runs only where this holds`,
      },
    ],
  };
}

/** Steps and decisions from the start of the workflow to a place in it. */
function trailTo(root: Node, path: readonly string[]): string[] {
  const [key, ...rest] = path;
  if (key === 'steps') return throughList(root.get('steps'), rest);
  return [...root.get('steps').list().map(idOf), ...(key === undefined ? [] : [key])];
}

function throughList(list: Node, [index = '0', ...rest]: readonly string[]): string[] {
  const steps = list.list();
  const at = Number(index);
  const step = steps[at];
  return [...steps.slice(0, at).map(idOf), ...(step === undefined ? [] : intoStep(step, rest))];
}

function intoStep(step: Node, path: readonly string[]): string[] {
  const [key, first = '', second = '', ...rest] = path;
  const id = idOf(step);
  switch (key) {
    case 'branch': {
      const inside = step.get('branch').get(first);
      const entered = `${id}: ${inside.get('else').value === undefined ? `case ${Number(first) + 1}` : 'else'}`;
      if (second === 'steps') return [entered, ...throughList(inside.get('steps'), rest)];
      return second === 'output'
        ? [entered, ...inside.get('steps').list().map(idOf), 'output']
        : [`${id}: ${second} of case ${Number(first) + 1}`];
    }
    case 'parallel':
      if (first !== 'branches') return [id];
      return [
        `${id}: branch ${second}`,
        ...throughList(step.get('parallel').get('branches').get(second), rest),
      ];
    case 'catch':
      if (second !== 'steps') return [`${id}: failed`];
      return [`${id}: failed`, ...throughList(step.get('catch').get(first).get('steps'), rest)];
    case 'steps': {
      const kind = step.get('loop').value === undefined ? 'an item' : 'a round';
      return [`${id}: ${kind}`, ...throughList(step.get('steps'), path.slice(1))];
    }
    case 'output':
      return [id, ...step.get('steps').list().map(idOf), 'output'];
    default:
      return [id];
  }
}

function idOf(step: Node): string {
  return step.get('id').text() ?? '…';
}

/** The first step of this id that has a condition, wherever it lives. */
function findStep(list: Node, id: string): Node | undefined {
  for (const step of list.list()) {
    if (idOf(step) === id && step.get('if').value !== undefined) return step;
    for (const inner of stepListsIn(step)) {
      const found = findStep(inner, id);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** A long trail without its beginning and its middle. */
function around(trail: readonly string[], step: string): readonly string[] {
  const at = Math.max(
    0,
    trail.findIndex((word) => word.startsWith(`${step} skipped: `)),
  );
  const from = at > before ? at - before : 0;
  const tail = trail.slice(at + 1);
  return [
    ...(from > 0 ? ['…'] : []),
    ...trail.slice(from, at + 1),
    ...(tail.length > behind ? ['…', ...tail.slice(-behind)] : tail),
  ];
}

/** Steps shown before the one that was skipped, and behind it. */
const before = 5;
const behind = 4;
