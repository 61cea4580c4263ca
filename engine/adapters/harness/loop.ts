import type { JsonObject } from '../../core/json.ts';
import {
  addUsage,
  noUsage,
  textOf,
  type Message,
  type ToolCallPart,
  type ToolResultPart,
  type Usage,
} from '../../core/message.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import { isOverflow, type Harness, type HarnessContext, type HarnessTask } from '../../ports/harness.ts';
import { runTurn, type TurnAnswer } from './turn.ts';

/**
 * The default harness: calls the model, runs the tools it asks for, and again, until it answers without tools. Keeps the
 * contract of `Harness`; a call of an unknown tool or with unreadable input is answered with an error and not run, and so are
 * the calls of a turn after which no other may follow.
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
      if (calls.length === 0) return { text: textOf(answer.message), usage, modelCalls: turn };

      const last = turn >= task.maxTurns;
      const content = await Promise.all(
        calls.map((call) => {
          const isLate = last && task.endings?.includes(call.toolName) !== true;
          return answerCall(call, task, context, turnId, isLate ? lateCall : undefined);
        }),
      );
      const results: Message = { role: 'tool', content };
      await context.append(results);
      if (context.isDone()) return { text: textOf(answer.message), usage, modelCalls: turn };
      if (last) throw new Problem('max_turns', `the model still asks for tools after ${task.maxTurns} turns`);
    }
  },
};

const lateCall = 'not run: the turn limit is reached';

/** One turn; a conversation too long for the model is shortened and asked again, once. */
async function answeredTurn(
  task: HarnessTask,
  context: HarnessContext,
  turn: number,
  usage: Usage,
): Promise<{ readonly answer: TurnAnswer; readonly turnId: string }> {
  for (let isAgain = false; ; isAgain = true) {
    stopIfAborted(task.signal);
    const messages = await context.nextTurn(usage, turn - 1);
    const turnId = context.newTurnId();
    try {
      return { answer: await runTurn(task, messages, context, turn, turnId), turnId };
    } catch (thrown) {
      if (isAgain || !isOverflow(thrown) || !(await context.makeRoom())) throw thrown;
    }
  }
}

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
