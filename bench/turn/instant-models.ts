import type { LanguageModelV3StreamPart, LanguageModelV3StreamResult } from '@ai-sdk/provider';
import { MockLanguageModelV3, convertArrayToReadableStream } from 'ai/test';
import { createSystemClock } from '../../engine/adapters/clock/system.ts';
import { createModels } from '../../engine/adapters/model/models.ts';
import { streamModel } from '../../engine/adapters/model/stream-model.ts';
import { noUsage } from '../../engine/core/message.ts';
import type { Models } from '../../engine/ports/model.ts';
import type { Provider } from '../../engine/program/model.ts';

/** A model of the AI SDK that answers at once; where it is given tools it calls `add` first. */
export function instantModel(): MockLanguageModelV3 {
  const usage = {
    inputTokens: { total: 3, noCache: 3, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: 10, text: 10, reasoning: undefined },
  };
  const start: LanguageModelV3StreamPart = { type: 'stream-start', warnings: [] };
  const text: LanguageModelV3StreamPart[] = [
    start,
    { type: 'text-start', id: '1' },
    ...['Good ', 'morning ', 'to ', 'you.'].map((delta) => ({ type: 'text-delta', id: '1', delta }) as const),
    { type: 'text-end', id: '1' },
    { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage },
  ];
  const call: LanguageModelV3StreamPart[] = [
    start,
    { type: 'tool-call', toolCallId: 'call_1', toolName: 'add', input: '{"a":1,"b":2}' },
    { type: 'finish', finishReason: { unified: 'tool-calls', raw: 'tool_calls' }, usage },
  ];
  const model = new MockLanguageModelV3({
    doStream: ({ prompt, tools = [] }): Promise<LanguageModelV3StreamResult> => {
      // The mock keeps every call it gets.
      model.doStreamCalls.length = 0;
      const parts = tools.length > 0 && prompt.at(-1)?.role === 'user' ? call : text;
      return Promise.resolve({ stream: convertArrayToReadableStream(parts) });
    },
  });
  return model;
}

/** The engine's models over an instant model of the AI SDK. */
export function instantModels(): Models {
  const model = instantModel();
  const provider: Provider = {
    name: 'bench',
    type: 'openai-compatible',
    baseUrl: undefined,
    headers: {},
    apiKey: undefined,
    options: {},
  };
  const context = { provider, clock: createSystemClock(), secrets: [] };
  return { stream: (request) => streamModel(model, request, context) };
}

/** Models whose cost does not depend on what they are asked. */
export function constantModels(): Models {
  return {
    async *stream() {
      await Promise.resolve();
      const content = [{ type: 'text', text: 'Good morning to you.' }] as const;
      yield { type: 'text_delta', text: content[0].text };
      yield { type: 'finish', finish: 'stop', usage: noUsage, message: { role: 'assistant', content } };
    },
  };
}

/** A scripted model with one rule. */
export function scriptedModels(): Models {
  const text = { source: '', render: () => 'Good morning to you.' };
  return createModels({
    providers: {},
    scripts: { instant: { name: 'instant', rules: [{ match: {}, reply: { text, source: null } }] } },
    secrets: { get: () => undefined, values: () => [] },
    env: {},
    processEnv: {},
    clock: createSystemClock(),
  });
}
