import { Problem } from '../../core/problem.ts';
import { compact, type Compacting } from './compaction.ts';
import { contextBudget } from './compaction-budget.ts';
import { findCut } from './compaction-cut.ts';
import { countTokens } from '../context.ts';
import type { Operation } from '../operation.ts';
import type { SessionPorts } from '../ports.ts';
import { estimateHead } from './tokens.ts';

/** Keeps the conversation of one operation within its model's window. */
export interface RoomMaker {
  /**
   * Before a model call: compacts when the conversation is over its limit. True when a model was asked for a summary; when that
   * fails, which its event tells, it is not asked again.
   */
  beforeCall(): Promise<boolean>;
  /** After a call that was too long for the model: compacts to less than half. False when that is off, fails, or leaves nothing out. */
  afterOverflow(): Promise<boolean>;
}

/** Compaction for one operation, whose calls have this system prompt and these tools. */
export function createRoomMaker(
  ports: SessionPorts,
  work: Compacting & Pick<Operation, 'tools'>,
  system: string,
): RoomMaker {
  const { agent, history, model } = work;
  const { context } = history;
  const { enabled } = agent.compaction;
  const { limit, keep } = contextBudget(ports.program, agent.compaction, model);
  let isGivenUp = !enabled;
  let known: number | undefined;
  const head = (): number =>
    (known ??= estimateHead(
      system,
      [...work.tools.values()].map(({ spec }) => spec),
    ));

  return {
    async beforeCall() {
      if (isGivenUp) return false;
      const tokens = countTokens(context, head);
      if (tokens <= limit) return false;
      const estimated = head() + context.tokensFrom(0);
      const cut = findCut(context, scaled(keep, estimated / tokens), true);
      if (cut === undefined) return false;
      const first = context.compaction === undefined ? 0 : 1;
      const freed = context.tokensFrom(first) - context.tokensFrom(cut.index);
      // Where instructions and newest messages fill the window by themselves, a summary at every turn would free nothing.
      if (freed * 10 < scaled(limit, estimated / tokens)) return false;
      isGivenUp = !(await tried(compact(ports, work, { reason: 'threshold', cut, tokens, estimated })));
      return true;
    },

    async afterOverflow() {
      if (!enabled) return false;
      const tokens = countTokens(context, head);
      const estimated = head() + context.tokensFrom(0);
      // The window is smaller than was thought, or the count is wrong: what is known is only that all this is too much.
      const most = Math.floor(context.tokensFrom(0) / 3);
      const cut = findCut(context, Math.min(scaled(keep, estimated / tokens), most), true);
      if (cut === undefined) return false;
      return tried(compact(ports, work, { reason: 'overflow', cut, tokens, estimated }));
    },
  };

  /** Whether a compaction succeeded. What ends the operation anyway is thrown. */
  async function tried(compacting: Promise<unknown>): Promise<boolean> {
    try {
      await compacting;
      return true;
    } catch (thrown) {
      const isOfStore = thrown instanceof Problem && thrown.code.startsWith('store_');
      if (isOfStore || work.signal.aborted) throw thrown;
      return false;
    }
  }
}

function scaled(tokens: number, ratio: number): number {
  return Math.floor(tokens * ratio);
}
