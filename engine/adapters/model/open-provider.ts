import type { LanguageModelV3 } from '@ai-sdk/provider';
import { Problem } from '../../core/problem.ts';
import type { Json } from '../../core/json.ts';
import type { Provider } from '../../program/model.ts';
import { tracedFetch } from '../traced-fetch.ts';
import { readHeaders } from './provider-headers.ts';
import { readBaseUrl, readKey, type KeySources } from './provider-key.ts';

/** Gives the model of an id. */
export type OpenModel = (id: string) => LanguageModelV3;

/**
 * Loads a provider's package and sets it up with the key, address and headers of its config. Throws Problem `missing_secret`,
 * `missing_model` (a provider without what its type needs).
 */
export async function openProvider(provider: Provider, sources: KeySources): Promise<OpenModel> {
  const { type, name, options } = provider;
  const apiKey = readKey(provider, sources);
  const headers = readHeaders(provider, sources);
  const baseURL = readBaseUrl(provider, sources.processEnv);
  const traced = sources.outgoing === undefined ? {} : { fetch: tracedFetch(sources.outgoing) };
  const common = {
    headers,
    // The packages read process.env for what is absent, so neither field may be.
    apiKey: apiKey ?? 'none',
    ...(baseURL === undefined ? {} : { baseURL }),
    ...traced,
  };
  switch (type) {
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai');
      const openai = createOpenAI({ ...common, ...texts(options, 'organization', 'project') });
      return options['api'] === 'chat' ? (id) => openai.chat(id) : (id) => openai.responses(id);
    }
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return createAnthropic(common);
    }
    case 'google': {
      const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
      return createGoogleGenerativeAI(common);
    }
    case 'openai-compatible': {
      if (baseURL === undefined) {
        throw new Problem(
          'missing_model',
          `model provider "${name}" of type "openai-compatible" needs a "baseUrl"`,
        );
      }
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      return createOpenAICompatible({
        name,
        baseURL,
        headers,
        ...traced,
        ...(apiKey === undefined ? {} : { apiKey }),
        includeUsage: options['includeUsage'] !== false,
        supportsStructuredOutputs: options['supportsStructuredOutputs'] === true || saysStructured(provider),
        ...(options['queryParams'] === undefined
          ? {}
          : { queryParams: options['queryParams'] as Record<string, string> }),
      });
    }
    case 'script':
      throw new Problem('missing_model', `model provider "${name}" is scripted and has no address`);
  }
}

/** Whether the config says of any model of the provider that it is held to a schema; the others are not sent one. */
function saysStructured({ facts, models = {} }: Provider): boolean {
  return [facts, ...Object.values(models)].some((said) => said?.capabilities?.structuredOutput === true);
}

function texts(options: Readonly<Record<string, Json>>, ...names: string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (typeof options[name] === 'string' ? [[name, options[name]]] : [])),
  );
}
