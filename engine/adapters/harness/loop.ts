import type { JsonObject } from '../../core/json.ts';
import {
  addUsage,
  noUsage,
  textOf,
  type Message,
  type ToolCallPart,
  type ToolResultPart,
} from '../../core/message.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import type { Harness, HarnessContext, HarnessTask } from '../../ports/harness.ts';
import { runTurn } from './turn.ts';

/**
 * The default harness: calls the model, runs the tools it asks for, and again, until it answers without tools. Keeps the
 * contract of `Harness`; a call of an unknown tool or with unreadable input is answered with an error and not run, and so are
 * the calls of a turn after which no other may follow.
 */
export const turnLoop: Harness = {
  name: 'ai-sdk',
  async run(task, context) {
    let messages = task.messages;
    let usage = noUsage;
    for (let turn = 1; ; turn += 1) {
      stopIfAborted(task.signal);
      context.beforeTurn(usage, turn - 1);
      messages = [...messages, ...(await context.joining())];
      const turnId = context.newTurnId();
      const answer = await runTurn({ ...task, messages }, context, turn, turnId);
      usage = addUsage(usage, answer.usage);
      await context.append(answer.message);
      const calls = answer.message.content.filter((part) => part.type === 'tool_call');
      if (calls.length === 0) return { text: textOf(answer.message), usage, modelCalls: turn };

      const last = turn >= task.maxTurns;
      const content = await Promise.all(
        calls.map((call) =>
          answerCall(call, task, context, turnId, last ? 'not run: the turn limit is reached' : undefined),
        ),
      );
      const results: Message = { role: 'tool', content };
      await context.append(results);
      if (last) throw new Problem('max_turns', `the model still asks for tools after ${task.maxTurns} turns`);
      messages = [...messages, answer.message, results];
    }
  },
};

/** The result of one tool call; `refusal` says why none may run. */
async function answerCall(
  call: ToolCallPart,
  task: HarnessTask,
  context: HarnessContext,
  turnId: string,
  refusal: string | undefined,
): Promise<ToolResultPart> {
  const fault = refusal ?? faultOf(call, task);
  if (fault === undefined) {
    stopIfAborted(task.signal);
    return context.callTool(call, turnId);
  }
  const scope: JsonObject = { turnId, toolCallId: call.toolCallId };
  context.emit({ type: 'tool_start', ...scope, data: { tool: call.toolName, input: call.input } });
  context.emit({
    type: 'tool_end',
    ...scope,
    data: { tool: call.toolName, isError: true, output: fault, durationMs: 0 },
  });
  return {
    type: 'tool_result',
    toolCallId: call.toolCallId,
    toolName: call.toolName,
    output: fault,
    isError: true,
  };
}

function faultOf(call: ToolCallPart, task: HarnessTask): string | undefined {
  const names = task.tools.map((tool) => tool.name);
  if (!names.includes(call.toolName)) return `no tool "${call.toolName}"${choices(call.toolName, names)}`;
  return call.invalid === undefined ? undefined : `not run: ${call.invalid}`;
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new Problem('aborted', 'the operation was aborted', { cause: signal.reason });
}
