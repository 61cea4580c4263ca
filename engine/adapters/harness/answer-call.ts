import type { JsonObject } from '../../core/json.ts';
import type { ToolCallPart, ToolResultPart } from '../../core/message.ts';
import { choices } from '../../core/suggest.ts';
import type { HarnessContext, HarnessTask } from '../../ports/harness.ts';
import type { ToolSpec } from '../../ports/model.ts';

/** Why a call of the given turn may not run: an unknown tool, unreadable input, no turn after it. Undefined when it may. */
export function callFault(
  call: ToolCallPart,
  {
    tools,
    endings,
    maxTurns,
  }: Pick<HarnessTask, 'endings' | 'maxTurns'> & { readonly tools: readonly ToolSpec[] },
  turn: number,
): string | undefined {
  if (turn >= maxTurns && endings?.includes(call.toolName) !== true)
    return 'not run: the turn limit is reached';
  const names = tools.map((tool) => tool.name);
  if (!names.includes(call.toolName)) return `no tool "${call.toolName}"${choices(call.toolName, names)}`;
  return call.invalid === undefined ? undefined : `not run: ${call.invalid}`;
}

/** The error result of a call that may not run, told in events like one that did. */
export function refuseCall(
  call: ToolCallPart,
  context: HarnessContext,
  turnId: string,
  fault: string,
): ToolResultPart {
  const { toolCallId, toolName } = call;
  const scope: JsonObject = { turnId, toolCallId };
  context.emit({ type: 'tool_start', ...scope, data: { tool: toolName, input: call.input } });
  context.emit({
    type: 'tool_end',
    ...scope,
    data: { tool: toolName, isError: true, output: fault, durationMs: 0 },
  });
  return { type: 'tool_result', toolCallId, toolName, output: fault, isError: true };
}
