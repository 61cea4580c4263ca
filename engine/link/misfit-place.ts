import { segmentsOf } from '../core/json-pointer.ts';
import type { Misfit } from '../expr/index.ts';
import type { Node } from '../source/index.ts';

/** The deepest node on the way to a misfit that the writer wrote. */
export function misfitPlace(node: Node, { pointer }: Pick<Misfit, 'pointer'>): Node {
  let at = node;
  for (const segment of segmentsOf(pointer)) {
    const inner = at.get(segment);
    if (inner.value === undefined) return at;
    at = inner;
  }
  return at;
}

/** A path as writers name it: `lines[0].price`. */
export function pathName(path: readonly string[]): string {
  return path.reduce(
    (name, part) => (/^\d+$/.test(part) ? `${name}[${part}]` : name === '' ? part : `${name}.${part}`),
    '',
  );
}
