import type { Node } from './node.ts';
import type { Visible } from './text.ts';
import type { Config } from './link-settings.ts';

/** What the steps of one block see: steps before them here and in the blocks around, and loop variables. */
export interface Block {
  readonly config: Config;
  /** Fields of the workflow's input, when its schema lists them all. */
  readonly input: ReadonlySet<string> | undefined;
  readonly names: ReadonlySet<string>;
  readonly steps: ReadonlySet<string>;
  /** Every step id of the workflow, with a word on where it lives. */
  readonly homes: ReadonlyMap<string, string>;
}

/** The block at the root of a workflow. */
export function rootBlock(
  config: Config,
  input: ReadonlySet<string> | undefined,
  homes: ReadonlyMap<string, string>,
): Block {
  return { config, input, homes, names: new Set(['input', 'steps', 'run', 'env']), steps: new Set() };
}

/** The same block with one more step behind. */
export function afterStep(block: Block, id: string): Block {
  return { ...block, steps: new Set([...block.steps, id]) };
}

/** The block behind all steps of a list, linked or not, so that one faulty step does not make others look unknown. */
export function afterSteps(block: Block, list: Node): Block {
  return list.list().reduce((seen, step) => {
    const id = step.get('id').text();
    return id === undefined ? seen : afterStep(seen, id);
  }, block);
}

/** A block inside, with more names. */
export function innerBlock(block: Block, names: readonly string[]): Block {
  return { ...block, names: new Set([...block.names, ...names]) };
}

/** What expressions in the block may read. */
export function visibleIn(block: Block): Visible {
  return {
    ...block.config.visible,
    names: block.names,
    steps: block.steps,
    hidden: block.homes,
    ...(block.input === undefined ? {} : { input: block.input }),
  };
}
