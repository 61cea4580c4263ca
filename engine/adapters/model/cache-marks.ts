import type {
  LanguageModelV3Message,
  LanguageModelV3Prompt,
  SharedV3ProviderOptions,
} from '@ai-sdk/provider';

const mark: SharedV3ProviderOptions = { anthropic: { cacheControl: { type: 'ephemeral' } } };

/**
 * Marks for Anthropic, which caches only what it is told to: behind tools and system prompt, behind what the call before this one
 * sent, and behind the last message. Three of the four marks that a call may have.
 */
export function withCacheMarks(prompt: LanguageModelV3Prompt): LanguageModelV3Prompt {
  const answer = prompt.findLastIndex(({ role }) => role === 'assistant');
  const marked = new Set([
    prompt.findLastIndex(({ role }) => role === 'system'),
    answer - 1,
    prompt.length - 1,
  ]);
  return prompt.map((message, index): LanguageModelV3Message =>
    marked.has(index) ? { ...message, providerOptions: { ...message.providerOptions, ...mark } } : message,
  );
}
