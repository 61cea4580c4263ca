import { Problem } from '../../core/problem.ts';
import type { TextPart, ThinkingPart, ToolCallPart, Usage } from '../../core/message.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ModelEvent, ModelRequest } from '../../ports/model.ts';
import type { ScriptedModel, ScriptReply } from '../../program/model.ts';
import { findRule } from './script-match.ts';
import { createScope, type ScriptScope } from './script-scope.ts';
import { estimateInput, estimateTokens } from './script-usage.ts';

/**
 * One answer of a scripted model: that of the first rule that matches, streamed in groups of words. Throws Problem
 * `model_failed` when no rule matches or the rule says so, `model_unavailable` for a rule with a status that may pass,
 * `aborted`, and what templates and expressions throw.
 */
export async function* answerFromScript(
  script: ScriptedModel,
  request: ModelRequest,
  clock: Clock,
): AsyncGenerator<ModelEvent, void, undefined> {
  const scope = createScope(request);
  const found = findRule(script.rules, request, scope);
  if (found === undefined) throw unmatched(script, request, scope);
  const { reply } = found.rule;
  const seen = found.groups === undefined ? scope : createScope(request, found.groups);
  if (reply.delayMs !== undefined) await clock.sleep(reply.delayMs, request.signal).catch(() => undefined);
  stopIfAborted(request.signal);
  if (reply.error !== undefined) throw scriptedError(script, reply.error);

  const content: (TextPart | ThinkingPart | ToolCallPart)[] = [];
  const thinking = reply.thinking?.render(seen) ?? '';
  for (const text of wordGroups(thinking)) yield { type: 'thinking_delta', text };
  if (thinking !== '') content.push({ type: 'thinking', text: thinking });

  const text =
    reply.json === undefined ? (reply.text?.render(seen) ?? '') : JSON.stringify(reply.json.evaluate(seen));
  for (const piece of wordGroups(text)) {
    yield { type: 'text_delta', text: piece };
    stopIfAborted(request.signal);
  }
  if (text !== '') content.push({ type: 'text', text });

  const calls = toolCalls(reply, request, seen);
  for (const call of calls) yield { type: 'tool_call', call };
  content.push(...calls);

  yield {
    type: 'finish',
    finish: calls.length > 0 ? 'tool_calls' : 'stop',
    usage: usageOf(reply, request, thinking + text, calls),
    message: { role: 'assistant', content },
  };
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
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
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

function scriptedError(script: ScriptedModel, error: NonNullable<ScriptReply['error']>): Problem {
  const status = error.status ?? 0;
  const passing = error.code === 'model_unavailable' || status === 408 || status === 429 || status >= 500;
  const code =
    error.code === 'model_refused' ? 'model_refused' : passing ? 'model_unavailable' : 'model_failed';
  return new Problem(code, `model "script/${script.name}" failed: ${error.message}`, {
    details: { model: `script/${script.name}`, code: error.code, ...(status === 0 ? {} : { status }) },
  });
}

function unmatched(script: ScriptedModel, request: ModelRequest, scope: ScriptScope): Problem {
  const asked = scope.text.length > 200 ? `${scope.text.slice(0, 200)}…` : scope.text;
  const step = request.origin.stepPath === undefined ? '' : `, step "${request.origin.stepPath}"`;
  return new Problem(
    'model_failed',
    `scripted model "${script.name}" has no rule for "${asked}" (agent "${scope.agent}"${step}, turn ${scope.turn}); ` +
      'add a rule whose "match" fits it, or a last rule without "match" that answers everything else',
    { details: { model: `script/${script.name}`, rules: script.rules.length } },
  );
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new Problem('aborted', 'the model call was aborted', { cause: signal.reason });
}
