import { constantValue, type Value } from '../expr/index.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { linkValue } from './text.ts';
import type { Visible } from './visible.ts';

/** The environment of commands, whose values may read secrets. */
export function linkEnv(
  reporter: Reporter,
  entries: readonly (readonly [string, Node])[],
  visible: Visible,
): Record<string, Value> {
  return Object.fromEntries(
    entries.map(([key, node]) => [key, linkValue(reporter, node, visible) ?? constantValue(null)]),
  );
}
