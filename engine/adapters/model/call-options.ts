import type { LanguageModelV3CallOptions, SharedV3ProviderOptions } from '@ai-sdk/provider';
import { isObject, type JsonObject, type JsonSchema } from '../../core/json.ts';
import type { ModelRequest, ToolSpec } from '../../ports/model.ts';
import type { Provider } from '../../program/model.ts';
import { withCacheMarks } from './cache-marks.ts';
import { toPrompt } from './prompt.ts';
import { isStrictSchema } from './strict-schema.ts';
import { thinkingOptions } from './thinking.ts';

/** A model request as the AI SDK's providers take it; settings of the call win over those of the model's alias. */
export function toCallOptions(request: ModelRequest, provider: Provider): LanguageModelV3CallOptions {
  const { providerOptions, stopSequences, ...settings } = { ...request.model.settings, ...request.settings };
  return {
    ...settings,
    ...(stopSequences === undefined ? {} : { stopSequences: [...stopSequences] }),
    prompt: promptOf(request, provider),
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map(toTool), toolChoice: { type: 'auto' } }),
    ...(request.outputSchema === undefined
      ? {}
      : { responseFormat: { type: 'json', name: 'result', schema: toSchema(request.outputSchema) } }),
    providerOptions: {
      [optionsKey(provider)]: {
        ...defaultOptions(request, provider),
        ...own(providerOptions, provider.type),
        ...own(providerOptions, provider.name),
      },
    } as SharedV3ProviderOptions,
  };
}

/** What goes on is cached; a single question is not, since writing to the cache costs more than it saves. */
function promptOf(
  { system, messages, tools }: ModelRequest,
  provider: Provider,
): LanguageModelV3CallOptions['prompt'] {
  const prompt = toPrompt(system, messages);
  const goesOn = messages.length > 1 || tools.length > 0;
  return provider.type === 'anthropic' && goesOn ? withCacheMarks(prompt) : prompt;
}

function defaultOptions(request: ModelRequest, provider: Provider): JsonObject {
  const openai = provider.type === 'openai' || provider.type === 'openai-compatible';
  return {
    // The history is ours: nothing may depend on what the provider keeps, so reasoning travels encrypted in the messages.
    ...(provider.type === 'openai' ? { store: provider.storeResponses ?? false } : {}),
    // Input that is streamed early is not checked by Anthropic, and nobody here reads it early.
    ...(provider.type === 'anthropic' ? { toolStreaming: false } : {}),
    // OpenAI refuses a strict schema that leaves a property optional.
    ...(openai && request.outputSchema !== undefined
      ? { strictJsonSchema: isStrictSchema(request.outputSchema) }
      : {}),
    ...(request.thinking === undefined
      ? {}
      : thinkingOptions(provider.type, request.model.id, request.thinking)),
  };
}

/** The options a spec gives for a provider name or type. */
function own(options: JsonObject | undefined, name: string): JsonObject {
  const value = options?.[name];
  return isObject(value) ? value : {};
}

/** The name under which a provider package reads its options. */
function optionsKey(provider: Provider): string {
  return provider.type === 'openai-compatible' ? provider.name : provider.type;
}

type FunctionTool = Extract<NonNullable<LanguageModelV3CallOptions['tools']>[number], { type: 'function' }>;

function toTool(tool: ToolSpec): FunctionTool {
  return {
    type: 'function',
    name: tool.name,
    description: tool.description,
    inputSchema: toSchema(tool.inputSchema),
  };
}

function toSchema(schema: JsonSchema): FunctionTool['inputSchema'] {
  return isObject(schema) ? schema : { type: 'object' };
}
