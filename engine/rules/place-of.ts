import { type Node, type Source, rootOf } from '../source/index.ts';
import type { Spot } from './rule.ts';
import { spotOf } from './spot.ts';

/** The place of a key in the file of a spec (of the config, for kind `project`); undefined when it is not written there. */
export function placeOf(
  sources: readonly Source[],
  { kind, name }: { readonly kind: Source['kind']; readonly name?: string },
  ...keys: readonly string[]
): Spot | undefined {
  const source = sources.find((one) => one.kind === kind && (name === undefined || one.name === name));
  const node = source && keys.reduce((at: Node, key) => at.get(key), rootOf(source));
  return node?.value === undefined ? undefined : spotOf(node);
}
