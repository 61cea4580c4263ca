import { assuming, dyn, typeScope, withCondition, withField, withNames } from '../expr/index.ts';
import type { JsonSchema } from '../core/json.ts';
import { recordOf, type Expression, type Type, type TypeScope } from '../expr/index.ts';
import { envType } from './env-type.ts';
import type { Config } from './link-settings.ts';
import { runType } from './step-types.ts';
import type { Visible } from './visible.ts';

/** What the steps of one block see: steps before them here and in the blocks around, and loop variables. */
export interface Block {
  readonly config: Config;
  readonly names: ReadonlySet<string>;
  readonly steps: ReadonlySet<string>;
  /** Every step id of the workflow, with a word on where it lives. */
  readonly homes: ReadonlyMap<string, string>;
  /** What the names are known to be. */
  readonly types: TypeScope;
  /** What the workflow must give; undefined where it does not say. */
  readonly result: Type | undefined;
  /** The schema behind it. */
  readonly resultSchema: JsonSchema | undefined;
  /** Loops around the block. */
  readonly loops: number;
}

/** The block at the root of a workflow. */
export function rootBlock(
  config: Config,
  types: {
    readonly input: Type;
    readonly result: Type | undefined;
    readonly resultSchema: JsonSchema | undefined;
  },
  homes: ReadonlyMap<string, string>,
): Block {
  return {
    config,
    homes,
    names: new Set(['input', 'steps', 'run', 'env']),
    steps: new Set(),
    types: typeScope({
      input: types.input,
      run: runType,
      steps: { ...recordOf({}), rest: dyn },
      env: envType,
    }),
    result: types.result,
    resultSchema: types.resultSchema,
    loops: 0,
  };
}

/** The same block with one more step behind, which later expressions see as this. */
export function afterStep(block: Block, id: string, view: Type = dyn): Block {
  return {
    ...block,
    steps: new Set([...block.steps, id]),
    types: withField(block.types, 'steps', id, view),
  };
}

/** A block inside, with more names. */
export function innerBlock(block: Block, names: Readonly<Record<string, Type>>): Block {
  return {
    ...block,
    names: new Set([...block.names, ...Object.keys(names)]),
    types: withNames(block.types, names),
  };
}

/** The block where a condition is known to hold, or not to hold. */
export function where(block: Block, condition: Expression | undefined, truth: boolean): Block {
  return condition === undefined ? block : { ...block, types: assuming(condition, truth, block.types) };
}

/** The block in which a step is known to have run where its condition holds. */
export function withStepCondition(block: Block, id: string, condition: Expression | undefined): Block {
  return condition === undefined ? block : { ...block, types: withCondition(block.types, id, condition) };
}

/** The block that sees the steps of several blocks inside it. */
export function seeing(block: Block, inner: readonly Block[]): Block {
  let seen = block;
  for (const { steps, types } of inner) {
    const views = types.types.fields.get('steps')?.type;
    for (const id of steps) {
      if (seen.steps.has(id)) continue;
      seen = afterStep(seen, id, views?.kind === 'record' ? views.fields.get(id)?.type : dyn);
    }
  }
  return seen;
}

/** What expressions in the block may read. */
export function visibleIn(block: Block): Visible {
  let visible = seen.get(block);
  if (visible === undefined) {
    const { config, names, steps, homes, types } = block;
    seen.set(block, (visible = { ...config.visible, names, steps, hidden: homes, types }));
  }
  return visible;
}

/** Every text of a step asks for the same. */
const seen = new WeakMap<Block, Visible>();
