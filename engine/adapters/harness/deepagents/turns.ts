import {
  addUsage,
  noUsage,
  textOf,
  type ToolCallPart,
  type ToolResultPart,
  type Usage,
} from '../../../core/message.ts';
import { isObject } from '../../../core/json.ts';
import { Problem } from '../../../core/problem.ts';
import type { HarnessContext, HarnessResult, HarnessTask } from '../../../ports/harness.ts';
import type { ToolSpec } from '../../../ports/model.ts';
import { callFault, refuseCall } from '../answer-call.ts';
import { answeredTurn, stopIfAborted } from '../answered-turn.ts';
import type { ChatCall, ChatMessage } from './library.ts';

/** The turns of one operation, each between a call of LangChain's model and the next. */
export interface Turns {
  /**
   * Writes down what the tools of the last turn gave, and lets the model answer; gives the calls that the loop is to run, none where
   * the operation is over.
   * @param said what LangChain's loop would send.
   * @param ownTools the tools that LangChain's loop brings itself.
   */
  next(said: readonly ChatMessage[], ownTools: readonly ToolSpec[]): Promise<readonly ChatCall[]>;
  /** Runs a tool of the engine that LangChain's loop was told to run. */
  run(callId: string | undefined): Promise<void>;
  /** What the operation came to. Throws what ended it. */
  result(): Promise<HarnessResult>;
}

/** The name that a tool of the engine has in LangChain's loop, where the loop's own tools must not hide it. */
export function nameInLoop(name: string): string {
  return `engine__${name}`;
}

/** A call of the turn under way. */
interface Pending {
  readonly id: string;
  readonly call: ToolCallPart;
  /** Whether LangChain's loop runs it with a tool of its own. */
  readonly isOwn: boolean;
  readonly startedAt: number;
  result: ToolResultPart | undefined;
}

/** The turns of an operation; `elapsed` gives milliseconds. */
export function createTurns(task: HarnessTask, context: HarnessContext, elapsed: () => number): Turns {
  let usage: Usage = noUsage;
  let turn = 0;
  let turnId = '';
  let text = '';
  let pending: readonly Pending[] = [];
  let failure: { readonly thrown: unknown } | undefined;
  const working = new Set<Promise<unknown>>();

  /** Keeps what fails: LangChain's loop would tell the model of it, or wrap it. */
  const guarded = <T>(work: () => Promise<T>): Promise<T> => {
    const begun = (async () => {
      if (failure !== undefined) throw failure.thrown;
      try {
        return await work();
      } catch (thrown) {
        failure ??= { thrown };
        throw thrown;
      }
    })();
    working.add(begun);
    const over = (): void => void working.delete(begun);
    begun.then(over, over);
    return begun;
  };

  const settle = async (said: readonly ChatMessage[]): Promise<void> => {
    for (const one of pending) {
      if (one.result === undefined) one.result = endOwn(one, said);
    }
    const content = pending.flatMap(({ result }) => result ?? []);
    pending = [];
    await context.append({ role: 'tool', content });
  };

  const endOwn = ({ id, call, startedAt }: Pending, said: readonly ChatMessage[]): ToolResultPart => {
    const found = said.find((message) => message.tool_call_id === id);
    const isError = found === undefined || found.status === 'error';
    const output = found?.text ?? 'the tool gave nothing';
    const { toolCallId, toolName } = call;
    context.emit({
      ...{ type: 'tool_end', turnId, toolCallId },
      data: { tool: toolName, isError, output, durationMs: elapsed() - startedAt },
    });
    return { type: 'tool_result', toolCallId, toolName, output, isError };
  };

  const begin = (
    call: ToolCallPart,
    index: number,
    own: readonly ToolSpec[],
    tools: readonly ToolSpec[],
  ): Pending => {
    const fault = callFault(call, { ...task, tools }, turn);
    const isOwn = fault === undefined && own.some(({ name }) => name === call.toolName);
    const result = fault === undefined ? undefined : refuseCall(call, context, turnId, fault);
    const { toolCallId, toolName, input } = call;
    if (isOwn)
      context.emit({ ...{ type: 'tool_start', turnId, toolCallId }, data: { tool: toolName, input } });
    return { id: `${turn}.${index}`, call, isOwn, startedAt: elapsed(), result };
  };

  return {
    next: (said, ownTools) =>
      guarded(async () => {
        const hidden = new Set(task.tools.map(({ name }) => name));
        const own = ownTools.filter(({ name }) => !hidden.has(name));
        const tools = [...task.tools, ...own];
        const system = [
          task.system,
          ...said.filter((one) => one.getType() === 'system').map((one) => one.text.trim()),
        ];
        for (;;) {
          if (pending.length > 0) {
            await settle(said);
            if (context.isDone()) return [];
            if (turn >= task.maxTurns)
              throw new Problem('max_turns', `the model still asks for tools after ${task.maxTurns} turns`);
          }
          const asked = { ...task, tools, system: system.filter((part) => part !== '').join('\n\n') };
          const answered = await answeredTurn(asked, context, turn + 1, usage);
          turn += 1;
          ({ turnId } = answered);
          const { message } = answered.answer;
          usage = addUsage(usage, answered.answer.usage);
          text = textOf(message);
          await context.append(message);
          const calls = message.content.filter((part) => part.type === 'tool_call');
          if (calls.length === 0) return [];
          pending = calls.map((call, index) => begin(call, index, own, tools));
          const open = pending.filter(({ result }) => result === undefined);
          if (open.length > 0) return open.map(chatCall);
        }
      }),

    run: (callId) =>
      guarded(async () => {
        const one = pending.find(({ id }) => id === callId);
        if (one === undefined) throw new Error(`there is no tool call "${callId}"`);
        stopIfAborted(task.signal);
        one.result = await context.callTool(one.call, turnId);
      }),

    async result() {
      while (working.size > 0) await Promise.allSettled([...working]);
      if (failure !== undefined) throw failure.thrown;
      return { text, usage, modelCalls: turn };
    },
  };
}

function chatCall({ id, call, isOwn }: Pending): ChatCall {
  return {
    id,
    name: isOwn ? call.toolName : nameInLoop(call.toolName),
    args: isOwn && isObject(call.input) ? call.input : {},
    type: 'tool_call',
  };
}
