import type { Origin } from '../core/range.ts';
import type { Diagram } from './diagram.ts';

/** A diagram as JSON in the form of `specs/formats/graph.schema.json`. */
export function toGraphJson({ workflow, description, origin, nodes, groups, edges }: Diagram): string {
  const graph = {
    schema: 'engine-graph/v1',
    workflow,
    description,
    place: placeOf(origin),
    nodes: nodes.map(({ origin, ...node }) => ({
      ...node,
      ...(origin === undefined ? {} : { place: placeOf(origin) }),
    })),
    groups: groups.map(({ origin, ...group }) => ({ ...group, place: placeOf(origin) })),
    edges,
  };
  return JSON.stringify(graph, null, 2);
}

/** The place of an origin as people count it: lines and columns from 1, the end exclusive. */
function placeOf({ file, range: { start, end }, pointer }: Origin): {
  readonly file: string;
  readonly pointer: string;
  readonly start: { readonly line: number; readonly column: number };
  readonly end: { readonly line: number; readonly column: number };
} {
  return {
    file,
    pointer,
    start: { line: start.line, column: start.column },
    end: { line: end.line, column: end.column },
  };
}
