import { membersOf, typeFromSchema, type Type } from '../../expr/index.ts';
import type { Program } from '../../program/program.ts';
import { rootOf, type Node, type Source } from '../../source/index.ts';
import { stepsOf } from '../spec-steps.ts';

/** A value that is held to a type: what a step passes on, or what a workflow gives. */
export interface Held {
  readonly node: Node;
  readonly type: Type;
  /** For messages: `tool "pay"`. */
  readonly by: string;
}

/** The values of a workflow that schemas hold to a type. */
export function* heldValues(source: Source, program: Program): Generator<Held> {
  const root = rootOf(source);
  const result = root.get('outputSchema').object();
  for (const { node } of stepsOf(source)) {
    for (const kind of ['tool', 'agent', 'workflow'] as const) {
      const name = node.get(kind).text();
      const callee = name === undefined ? undefined : program[`${kind}s`][name];
      if (callee?.inputSchema === undefined) continue;
      yield {
        node: node.get('with'),
        type: typeFromSchema(callee.inputSchema),
        by: `${kind} "${name ?? ''}"`,
      };
    }
    if (result !== undefined)
      yield { node: node.get('return'), type: typeFromSchema(result), by: 'the workflow' };
  }
  if (result !== undefined)
    yield { node: root.get('output'), type: typeFromSchema(result), by: 'the workflow' };
}

/** The texts below a held value, each with the type it is held to. */
export function* heldTexts(node: Node, type: Type): Generator<{ readonly node: Node; readonly type: Type }> {
  if (node.text() !== undefined) yield { node, type };
  const [only, ...others] = membersOf(type).filter(({ kind }) => kind !== 'null');
  if (only === undefined || others.length > 0) return;
  if (only.kind === 'list') for (const inner of node.list()) yield* heldTexts(inner, only.item);
  if (only.kind !== 'record') return;
  for (const [name, inner] of node.entries()) {
    const field = only.fields.get(name)?.type ?? only.rest;
    if (field !== undefined) yield* heldTexts(inner, field);
  }
}
