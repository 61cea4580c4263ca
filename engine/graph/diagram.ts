import type { Origin } from '../core/range.ts';
import type { Step } from '../program/step.ts';

/** A workflow as boxes and arrows, before it is written in a language for drawings. */
export interface Diagram {
  readonly workflow: string;
  readonly description: string;
  readonly origin: Origin;
  /** In the order of the file. */
  readonly nodes: readonly DiagramNode[];
  /** Boxes around nodes, outer ones before inner ones. */
  readonly groups: readonly DiagramGroup[];
  readonly edges: readonly DiagramEdge[];
}

/**
 * What a node is:
 * - `start`, `end`: where a run begins, and where it ends with the workflow's output
 * - `step`: a step that is no block
 * - `choice`: where a condition or a branch decides
 * - `fork`, `join`: where the branches of a parallel part and meet
 * - `repeat`: where a foreach takes its next item, or a loop its next round
 * - `recover`: where a catch gives its output in place of the step's
 */
export type NodeKind = 'start' | 'end' | 'step' | 'choice' | 'fork' | 'join' | 'repeat' | 'recover';

export interface DiagramNode {
  /** Unique among nodes and groups; of a step its path. */
  readonly id: string;
  readonly kind: NodeKind;
  /** Of a step. */
  readonly verb?: Step['verb'];
  /** One line. */
  readonly title: string;
  /** One line: what a step does, such as the agent it calls. */
  readonly detail?: string;
  /** Id of the group it is in. */
  readonly group?: string;
  /** Where it stands in the project; nothing for `start` and `end`. */
  readonly origin?: Origin;
}

/** A box: a block, one of the branches of a parallel, or what a catch does. */
export interface DiagramGroup {
  readonly id: string;
  readonly kind: 'parallel' | 'foreach' | 'branch' | 'loop' | 'lane' | 'catch';
  readonly title: string;
  readonly group?: string;
  readonly origin: Origin;
}

export interface DiagramEdge {
  readonly from: string;
  readonly to: string;
  /** `again` leads back to where a block repeats, `catch` is taken by a failure. */
  readonly kind: 'next' | 'again' | 'catch';
  readonly label?: string;
}

/** What stands at a box: `rated (foreach)`; of a lane and a catch the title alone. */
export function groupTitle({ kind, title }: DiagramGroup): string {
  return kind === 'lane' || kind === 'catch' ? title : `${title} (${kind})`;
}
