import type { Compaction } from '../program/compaction.ts';
import type { ModelNames } from '../program/model-reference.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { known } from './names.ts';
import { modelOf } from './scalars.ts';

/**
 * How conversations are summarised: on, 16384 tokens free for the answer, the newest 20000 kept. `false` turns it off.
 * @param prompts names of the project's prompt files.
 */
export function linkCompaction(
  reporter: Reporter,
  node: Node,
  names: ModelNames,
  prompts: readonly string[],
): Compaction {
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
    instructions: node.get('instructions').text(),
    prompt: promptOf(reporter, node.get('prompt'), prompts),
  };
}

function promptOf(reporter: Reporter, node: Node, prompts: readonly string[]): string | undefined {
  const name = node.text();
  return name !== undefined && known(reporter, node, 'prompt file', name, prompts, 'ref/unknown-file')
    ? name
    : undefined;
}
