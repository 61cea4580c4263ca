import { isNever, nullType, unionOf, type Expression, type Type } from '../expr/index.ts';
import type { JsonSchema } from '../core/json.ts';
import type { Agent } from '../program/agent.ts';
import type { Catch, Step } from '../program/step.ts';
import type { Tool } from '../program/tool.ts';
import type { Reporter } from './context.ts';
import { linkVerb } from './link-verb.ts';
import type { Names } from './names.ts';
import type { Node } from '../source/index.ts';
import { afterStep, innerBlock, visibleIn, where, withStepCondition, type Block } from './step-scope.ts';
import { errorType, viewOf } from './step-types.ts';
import { linkExpression, linkTyped } from './text.ts';

/** What linking steps needs. */
export interface StepLinker {
  readonly reporter: Reporter;
  readonly names: Names;
  /** Every tool that could be linked, TypeScript-only ones included. */
  readonly tools: Readonly<Record<string, Tool>>;
  /** Every agent. */
  readonly agents: Readonly<Record<string, Agent>>;
  /** Agents and profiles. */
  readonly delegates: Readonly<Record<string, Agent>>;
  readonly workflows: WorkflowTypes;
}

/** What steps may know of the workflows they call. */
export interface WorkflowTypes {
  readonly names: readonly string[];
  /** Undefined where anything goes. */
  inputOf(name: string): JsonSchema | undefined;
  /** What it gives, as far as it is known. */
  outputOf(name: string): Type;
}

/** Linked steps of one block. */
export interface LinkedSteps {
  readonly steps: Step[];
  /** What comes behind the steps sees. */
  readonly after: Block;
  /** Type of the output of the last step that runs; `never` when the run always ends before. */
  readonly output: Type;
}

/** A linked step and what its verb gives; undefined in place of a step that could not be linked. */
export interface LinkedStep {
  readonly step: Step | undefined;
  readonly output: Type;
  /** What is known behind the step, when it tells something. */
  readonly after?: Block;
}

/** The steps of one block, in order; each sees the ones before it. */
export function linkSteps(linker: StepLinker, list: Node, block: Block, path: string): LinkedSteps {
  const steps: Step[] = [];
  let output: Type = nullType;
  let visible = block;
  const seen = new Map<string, Node>();
  for (const node of list.list()) {
    const id = node.get('id').text();
    if (id === undefined) continue;
    const first = seen.get(id);
    if (first !== undefined) {
      linker.reporter.report(
        node.get('id'),
        'ref/duplicate-id',
        `two steps of this block are called "${id}"`,
        {
          related: [
            { file: first.source.file, range: first.source.rangeOf(first.pointer), message: 'first here' },
          ],
        },
      );
    } else if (visible.steps.has(id)) {
      linker.reporter.report(
        node.get('id'),
        'ref/ambiguous-name',
        `a step of a block around this one is called "${id}" too`,
      );
    }
    seen.set(id, node.get('id'));
    const linked = linkStep(linker, node, visible, path === '' ? id : `${path}/${id}`, id);
    if (linked.step !== undefined) steps.push(linked.step);
    output = linked.condition === undefined ? linked.output : unionOf([linked.output, output]);
    visible = linked.after;
  }
  return { steps, after: visible, output };
}

/** A step, and the block behind it. */
function linkStep(
  linker: StepLinker,
  node: Node,
  block: Block,
  path: string,
  id: string,
): LinkedStep & { readonly after: Block; readonly condition: Expression | undefined } {
  const condition = linkExpression(linker.reporter, node.get('if'), visibleIn(block));
  const inner = where(block, condition, true);
  const skippable = node.get('if').value !== undefined;
  const { catches, caught } = linkCatches(linker, node, inner, path, id);
  const place = { id, path, if: condition, catch: catches };
  const { step, output, after } = linkVerb(linker, node, inner, place, linkSteps);
  const ending = unionOf([output, ...caught]);
  const behind = skippable ? where(block, isNever(ending) ? condition : undefined, false) : (after ?? block);
  const named = afterStep(behind, id, viewOf(id, { output, caught, skippable }));
  return { step, output: ending, after: withStepCondition(named, id, condition), condition };
}

/** The `catch` entries of a step, and the types of their outputs. */
function linkCatches(
  linker: StepLinker,
  node: Node,
  block: Block,
  path: string,
  id: string,
): { readonly catches: Catch[]; readonly caught: Type[] } {
  const caught: Type[] = [];
  if (node.get('catch').value === undefined) return { catches: [], caught };
  const home = 'it is the step that failed; read "error" instead';
  const inner = {
    ...innerBlock(block, { error: errorType }),
    homes: new Map(block.homes).set(id, home),
  };
  const catches = node
    .get('catch')
    .list()
    .map((entry, index): Catch => {
      const linked = linkSteps(linker, entry.get('steps'), inner, `${path}!${index}`);
      const output = linkTyped(linker.reporter, entry.get('output'), visibleIn(linked.after));
      caught.push(output === undefined || isNever(linked.output) ? linked.output : output.typed.type);
      return {
        on: entry
          .get('on')
          .list()
          .flatMap((code) => code.text() ?? []),
        steps: linked.steps,
        output: output?.value,
      };
    });
  return { catches, caught };
}
