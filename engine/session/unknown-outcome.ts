import type { ToolCallPart, ToolResultPart } from '../core/message.ts';

/** The result of a call of which nobody knows whether it took effect. */
export function unknownOutcome(call: ToolCallPart): ToolResultPart {
  return {
    type: 'tool_result',
    toolCallId: call.toolCallId,
    toolName: call.toolName,
    output: 'the call was interrupted; whether it took effect is unknown',
    isError: true,
  };
}
