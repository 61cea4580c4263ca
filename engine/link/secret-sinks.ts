import { segmentsOf } from '../core/json-pointer.ts';
import { constantValue, valueReads, type Value } from '../expr/index.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { linkValue } from './text.ts';
import type { Visible } from './visible.ts';

/** The environment of commands, whose values may read secrets; this version runs those that read none. */
export function linkEnv(
  reporter: Reporter,
  entries: readonly (readonly [string, Node])[],
  visible: Visible,
): Record<string, Value> {
  return Object.fromEntries(
    entries.map(([key, node]) => {
      const value = linkValue(reporter, node, visible) ?? constantValue(null);
      const read = valueReads(value).find(({ path }) => path[0] === 'secrets');
      if (read !== undefined) {
        const at = segmentsOf(read.pointer).reduce((inner, segment) => inner.get(segment), node);
        reporter.unavailable(
          at,
          'secrets under "env" of agents and sandboxes are not available in this version',
        );
      }
      return [key, value];
    }),
  );
}
