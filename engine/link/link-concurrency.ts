import { typeScope, type Type } from '../expr/index.ts';
import type { Concurrency } from '../program/workflow.ts';
import { envType } from './env-type.ts';
import type { Reporter } from './context.ts';
import type { Config } from './link-settings.ts';
import type { Node } from '../source/index.ts';
import { linkTemplate } from './text.ts';

/** How many runs may work at a time: a number, or a map; undefined where it is not said. */
export function linkConcurrency(
  reporter: Reporter,
  node: Node,
  { visible }: Config,
  input: Type,
): Concurrency | undefined {
  if (node.value === undefined) return undefined;
  const busy = node.get('busy').text();
  return {
    limit: node.number() ?? node.get('limit').number() ?? 1,
    key: linkTemplate(reporter, node.get('key'), {
      ...visible,
      names: new Set(['input', 'env']),
      types: typeScope({ input, env: envType }),
    }),
    busy: busy === 'reject' || busy === 'replace' ? busy : 'queue',
  };
}
