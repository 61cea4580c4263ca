import { addUsage, noUsage, textOf, type Message, type ToolResultPart } from '../../core/message.ts';
import { Problem } from '../../core/problem.ts';
import type { Harness } from '../../ports/harness.ts';
import { callFault, refuseCall } from './answer-call.ts';
import { answeredTurn, stopIfAborted } from './answered-turn.ts';

/**
 * The default harness: calls the model, runs the tools it asks for, and again, until it answers without tools or a tool ends the
 * operation. Keeps the contract of `Harness`; a call of an unknown tool or with unreadable input is answered with an error and not
 * run, and so are the calls of a turn after which no other may follow.
 */
export const turnLoop: Harness = {
  name: 'ai-sdk',
  async run(task, context) {
    let usage = noUsage;
    for (let turn = 1; ; turn += 1) {
      const { answer, turnId } = await answeredTurn(task, context, turn, usage);
      usage = addUsage(usage, answer.usage);
      await context.append(answer.message);
      const calls = answer.message.content.filter((part) => part.type === 'tool_call');
      const done = { text: textOf(answer.message), usage, modelCalls: turn };
      if (calls.length === 0) return done;

      const content = await Promise.all(
        calls.map(async (call): Promise<ToolResultPart> => {
          const fault = callFault(call, task, turn);
          if (fault !== undefined) return refuseCall(call, context, turnId, fault);
          stopIfAborted(task.signal);
          return context.callTool(call, turnId);
        }),
      );
      const results: Message = { role: 'tool', content };
      await context.append(results);
      if (context.isDone()) return done;
      if (turn >= task.maxTurns)
        throw new Problem('max_turns', `the model still asks for tools after ${task.maxTurns} turns`);
    }
  },
};
