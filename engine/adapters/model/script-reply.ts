import type { TextPart, ThinkingPart, ToolCallPart, Usage } from '../../core/message.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ModelEvent, ModelRequest } from '../../ports/model.ts';
import type { ScriptReply } from '../../program/model.ts';
import { aborted } from './retry-calls.ts';
import type { ScriptScope } from './script-scope.ts';
import { estimateInput, estimateTokens } from './script-usage.ts';

/**
 * A reply as a model streams it: thinking and text in pieces, the inputs of tool calls, the calls, the end. Throws Problem `aborted`,
 * and what templates and expressions throw.
 */
export async function* sendReply(
  reply: ScriptReply,
  request: ModelRequest,
  scope: ScriptScope,
  clock: Clock,
): AsyncGenerator<ModelEvent, void, undefined> {
  const { signal } = request;
  const content: (TextPart | ThinkingPart | ToolCallPart)[] = [];
  const thinking = reply.thinking?.render(scope) ?? '';
  for (const text of wordGroups(thinking)) yield { type: 'thinking_delta', text };
  if (thinking !== '') content.push({ type: 'thinking', text: thinking });

  const pieces = textPieces(reply, scope);
  for (const [index, text] of pieces.entries()) {
    if (index > 0 && reply.chunkDelayMs !== undefined)
      await clock.sleep(reply.chunkDelayMs, signal).catch(() => undefined);
    if (signal.aborted) throw aborted(signal);
    yield { type: 'text_delta', text };
  }
  if (signal.aborted) throw aborted(signal);
  const text = pieces.join('');
  if (text !== '') content.push({ type: 'text', text });

  const calls = toolCalls(reply, request, scope);
  for (const call of calls) {
    const { toolCallId, toolName, input } = call;
    yield { type: 'tool_input_delta', toolCallId, toolName, text: JSON.stringify(input) };
    yield { type: 'tool_call', call };
  }
  content.push(...calls);

  yield {
    type: 'finish',
    finish: calls.length > 0 ? 'tool_calls' : 'stop',
    usage: usageOf(reply, request, thinking + text, calls),
    message: { role: 'assistant', content },
  };
}

function textPieces(reply: ScriptReply, scope: ScriptScope): readonly string[] {
  if (reply.chunks !== undefined)
    return reply.chunks.map((chunk) => chunk.render(scope)).filter((piece) => piece !== '');
  const text =
    reply.json === undefined ? (reply.text?.render(scope) ?? '') : JSON.stringify(reply.json.evaluate(scope));
  return [...wordGroups(text)];
}

function toolCalls(reply: ScriptReply, request: ModelRequest, scope: ScriptScope): ToolCallPart[] {
  if (reply.toolCalls === undefined || reply.toolCalls.length === 0) return [];
  const first = callCount(request) + 1;
  return reply.toolCalls.map(({ tool, input }, index) => ({
    type: 'tool_call',
    toolCallId: `call_${first + index}`,
    toolName: tool,
    input: input?.evaluate(scope) ?? {},
  }));
}

/** The highest number among the conversation's `call_<n>` ids. */
function callCount(request: ModelRequest): number {
  let highest = 0;
  for (const message of request.messages) {
    if (message.role !== 'assistant') continue;
    for (const part of message.content) {
      if (part.type !== 'tool_call' || !part.toolCallId.startsWith('call_')) continue;
      const number = Number(part.toolCallId.slice('call_'.length));
      if (number > highest) highest = number;
    }
  }
  return highest;
}

function usageOf(
  reply: ScriptReply,
  request: ModelRequest,
  text: string,
  calls: readonly ToolCallPart[],
): Usage {
  const inputTokens = reply.usage?.inputTokens ?? estimateInput(request);
  const written = calls.length === 0 ? text : text + JSON.stringify(calls.map((call) => call.input));
  const outputTokens = reply.usage?.outputTokens ?? estimateTokens(written.length);
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    cacheReadTokens: reply.usage?.cacheReadTokens ?? 0,
    cacheWriteTokens: reply.usage?.cacheWriteTokens ?? 0,
    reasoningTokens: reply.usage?.reasoningTokens ?? 0,
  };
}

/** The text in pieces of four words, each with the white space after it. */
function* wordGroups(text: string): Generator<string> {
  const words = text.split(/(?<=\s)(?=\S)/);
  for (let at = 0; at < words.length; at += 4) {
    const group = words.slice(at, at + 4).join('');
    if (group !== '') yield group;
  }
}
