import type { JsonObject } from '../../core/json.ts';
import type { Provider, Thinking } from '../../program/model.ts';

/**
 * How hard to think, in the words of a provider: the provider options that say it. `off` asks for as little as the model allows.
 */
export function thinkingOptions(type: Provider['type'], modelId: string, thinking: Thinking): JsonObject {
  switch (type) {
    case 'openai':
      return { reasoningEffort: openaiEffort(modelId, thinking) };
    case 'anthropic':
      return anthropicThinking(modelId, thinking);
    case 'google':
      return {
        thinkingConfig: { ...googleThinking(modelId, thinking), includeThoughts: thinking !== 'off' },
      };
    case 'openai-compatible':
      return { reasoningEffort: thinking === 'off' ? 'none' : thinking };
    case 'script':
      return {};
  }
}

/** Models before gpt-5.1 have no `none`. */
function openaiEffort(modelId: string, thinking: Thinking): string {
  if (thinking !== 'off') return thinking;
  if (/^o\d/.test(modelId)) return 'low';
  return /^gpt-5(-|$)/.test(modelId) ? 'minimal' : 'none';
}

/** Token budgets up to Claude 4.5; later models choose their own and take an effort. */
function anthropicThinking(modelId: string, thinking: Thinking): JsonObject {
  if (thinking === 'off') return { thinking: { type: 'disabled' } };
  if (/claude-(3|(opus|sonnet|haiku)-4(-[0-5](?!\d)|-20\d\d|$))/.test(modelId)) {
    return { thinking: { type: 'enabled', budgetTokens: budgets[thinking] } };
  }
  const strongest = modelId.includes('-4-6') ? 'max' : 'xhigh';
  const effort = thinking === 'minimal' ? 'low' : thinking === 'xhigh' ? strongest : thinking;
  return { thinking: { type: 'adaptive' }, effort };
}

/** Token budgets up to Gemini 2.5, levels after; the pro models cannot stop thinking. */
function googleThinking(modelId: string, thinking: Thinking): JsonObject {
  const pro = modelId.includes('pro');
  if (/gemini-[12]\b/.test(modelId)) {
    return { thinkingBudget: thinking === 'off' ? (pro ? 128 : 0) : Math.min(budgets[thinking], 24_576) };
  }
  if (thinking === 'off' || thinking === 'minimal') return { thinkingLevel: pro ? 'low' : 'minimal' };
  return { thinkingLevel: thinking === 'xhigh' ? 'high' : thinking };
}

const budgets = { minimal: 1024, low: 4096, medium: 10_240, high: 24_576, xhigh: 49_152 } as const;
