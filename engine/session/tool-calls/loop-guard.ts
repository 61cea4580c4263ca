import { stableText, type Json } from '../../core/json.ts';
import type { Message } from '../../core/message.ts';
import { Problem } from '../../core/problem.ts';

/** Turns in a row that may ask for the same and get the same. */
const most = 20;

/** Watches an operation for a model that asks for the same again and again. */
export interface LoopGuard {
  /** Takes in the next message of the operation. */
  see(message: Message): void;
  /** Throws Problem `loop_detected` when the last turns all made the same calls, with the same results. */
  check(): void;
}

/** A guard that has seen nothing. */
export function createLoopGuard(): LoopGuard {
  let calls = '';
  let last = '';
  let turns = 0;
  return {
    see({ role, content }) {
      if (role === 'assistant')
        calls = stableText(
          content.flatMap((part): Json[] => (part.type === 'tool_call' ? [[part.toolName, part.input]] : [])),
        );
      if (role !== 'tool') return;
      const turn = calls + stableText(content.map(({ output, isError }): Json => [output, isError]));
      turns = turn === last ? turns + 1 : 1;
      last = turn;
    },
    check() {
      if (turns < most) return;
      throw new Problem(
        'loop_detected',
        `the model made the same tool calls ${turns} times in a row, with the same results`,
        { details: { turns } },
      );
    },
  };
}
