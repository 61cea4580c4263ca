import type { LanguageModelV3Prompt, SharedV3ProviderOptions } from '@ai-sdk/provider';

const mark: SharedV3ProviderOptions = { anthropic: { cacheControl: { type: 'ephemeral' } } };

/**
 * Marks for Anthropic, which caches only what it is told to: behind tools and system prompt, behind what the call before this one
 * sent, and behind the last message. Three of the four marks that a call may have.
 */
export function withCacheMarks(prompt: LanguageModelV3Prompt): LanguageModelV3Prompt {
  const marked = [...prompt];
  const system = prompt.findIndex(({ role }) => role !== 'system') - 1;
  const answer = prompt.findLastIndex(({ role }) => role === 'assistant');
  for (const index of new Set([system, answer - 1, prompt.length - 1])) {
    const message = prompt[index];
    if (message === undefined) continue;
    marked[index] = { ...message, providerOptions: { ...message.providerOptions, ...mark } };
  }
  return marked;
}
