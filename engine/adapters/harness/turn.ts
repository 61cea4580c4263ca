import { failpoint } from '../../core/failpoint.ts';
import { noUsage, textOf, type Message } from '../../core/message.ts';
import { asProblem, Problem } from '../../core/problem.ts';
import type { HarnessContext, HarnessTask } from '../../ports/harness.ts';
import type { ModelEvent } from '../../ports/model.ts';

/** How a model answered one turn. */
export type TurnAnswer = Omit<Extract<ModelEvent, { type: 'finish' }>, 'type'>;

/**
 * One model call of an operation, with its events. A call that fails or is aborted ends with a `turn_end` that holds the text so
 * far, `finish` being `failed` or `aborted`; its Problem is thrown.
 */
export async function runTurn(
  task: HarnessTask,
  messages: readonly Message[],
  context: HarnessContext,
  turn: number,
  turnId: string,
): Promise<TurnAnswer> {
  const model = `${task.model.provider}/${task.model.id}`;
  context.emit({ type: 'turn_start', turnId, data: { model, turn } });
  let written = '';
  try {
    await failpoint('turn.before_model');
    // Not every model looks at a signal that has aborted before it was called.
    task.signal.throwIfAborted();
    for await (const event of context.models.stream({
      model: task.model,
      system: task.system,
      messages,
      tools: task.tools,
      ...(task.outputSchema === undefined ? {} : { outputSchema: task.outputSchema }),
      settings: task.settings,
      ...(task.thinking === undefined ? {} : { thinking: task.thinking }),
      origin: { ...task.origin, turn },
      signal: task.signal,
    })) {
      if (event.type === 'text_delta') {
        written += event.text;
        context.emit({ type: 'text_delta', turnId, data: { text: event.text } });
        await failpoint('turn.mid_stream');
      } else if (event.type === 'thinking_delta') {
        context.emit({ type: 'thinking_delta', turnId, data: { text: event.text } });
      } else if (event.type === 'tool_input_delta') {
        const { toolCallId, toolName, text } = event;
        context.emit({ type: 'tool_input_delta', turnId, toolCallId, data: { tool: toolName, text } });
      } else if (event.type === 'retry') {
        const { type: _type, ...data } = event;
        context.emit({ type: 'turn_retry', turnId, data });
      } else if (event.type === 'finish') {
        await failpoint('turn.after_model');
        const { finish, usage, message, model: answering = model } = event;
        const toolCalls = message.content.filter((part) => part.type === 'tool_call').length;
        context.emit({
          type: 'turn_end',
          turnId,
          data: { model: answering, text: textOf(message), finish, usage, toolCalls },
        });
        return { finish, usage, message };
      }
    }
    throw new Problem('model_failed', `model "${model}" ended without an answer`);
  } catch (thrown) {
    const finish = task.signal.aborted ? 'aborted' : 'failed';
    context.emit({
      type: 'turn_end',
      turnId,
      data: {
        ...{ model, text: written, finish, usage: noUsage, toolCalls: 0 },
        error: (task.signal.aborted ? asProblem(task.signal.reason) : asProblem(thrown)).toData(),
      },
    });
    throw thrown;
  }
}
