import type { DiagramEdge, DiagramGroup, DiagramNode } from './diagram.ts';
import { line } from './line.ts';

/** Where things are drawn. */
export interface Sheet {
  node(node: DiagramNode): string;
  group(group: DiagramGroup): string;
  edge(edge: DiagramEdge): void;
  /** The id, with a number when it is taken. */
  free(id: string): string;
}

/** An arrow whose end is not known yet. */
export interface Open {
  readonly from: string;
  readonly kind?: DiagramEdge['kind'];
  readonly label?: string;
}

/** The group that something is drawn in; undefined: none. */
export type Group = string | undefined;

/** An empty sheet, and what is drawn on it. */
export function newSheet(): {
  readonly sheet: Sheet;
  readonly drawn: {
    readonly nodes: readonly DiagramNode[];
    readonly groups: readonly DiagramGroup[];
    readonly edges: readonly DiagramEdge[];
  };
} {
  const nodes: DiagramNode[] = [];
  const groups: DiagramGroup[] = [];
  const edges: DiagramEdge[] = [];
  return {
    sheet: {
      node: (node) => (nodes.push(node), node.id),
      group: (group) => (groups.push(group), group.id),
      edge: (edge) => void edges.push(edge),
      free: uniqueIds(),
    },
    drawn: { nodes, groups, edges },
  };
}

/** Leads open arrows to a node. */
export function join(sheet: Sheet, open: readonly Open[], to: string): void {
  for (const { from, kind = 'next', label } of open)
    sheet.edge({ from, to, kind, ...(label === undefined ? {} : { label }) });
}

/** That something is drawn in a group, where it is. */
export function inside(group: Group): { readonly group?: string } {
  return group === undefined ? {} : { group };
}

function uniqueIds(): (id: string) => string {
  const taken = new Set<string>();
  return (given) => {
    const wanted = line(given, 300);
    let id = wanted;
    for (let number = 2; taken.has(id); number += 1) id = `${wanted}~${number}`;
    taken.add(id);
    return id;
  };
}
