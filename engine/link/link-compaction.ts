import type { Compaction } from '../program/compaction.ts';
import type { ModelNames } from '../program/model-reference.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { modelOf } from './scalars.ts';

/** How conversations are summarised: on, 16384 tokens free for the answer, the newest 20000 kept. `false` turns it off. */
export function linkCompaction(reporter: Reporter, node: Node, names: ModelNames): Compaction {
  const contextWindowTokens = node.get('contextWindowTokens').number();
  const reserveTokens = node.get('reserveTokens').number() ?? 16_384;
  const keepRecentTokens = node.get('keepRecentTokens').number() ?? 20_000;
  if (contextWindowTokens !== undefined && reserveTokens + keepRecentTokens >= contextWindowTokens) {
    reporter.report(
      node.get('contextWindowTokens'),
      'schema/bad-value',
      `a window of ${contextWindowTokens} tokens has no room for the ${reserveTokens} kept free for the answer and the ${keepRecentTokens} of the newest messages; make it larger than ${reserveTokens + keepRecentTokens}, or write less under "reserveTokens" and "keepRecentTokens"`,
    );
  }
  return {
    enabled: node.value !== false && (node.get('enabled').flag() ?? true),
    contextWindowTokens,
    reserveTokens,
    keepRecentTokens,
    model: modelOf(reporter, node.get('model'), names),
  };
}
