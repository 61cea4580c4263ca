import { isObject, type JsonSchema } from '../../core/json.ts';
import type { ResultWay } from '../../ports/model.ts';
import type { Provider } from '../../program/model.ts';
import { isGoogleSchema } from './google-schema.ts';
import { refersToItself, refersToRoot } from './schema-references.ts';
import { isStrictSchema } from './strict-schema.ts';

/** What decides how a model is asked for a typed result. */
export interface ResultAsked {
  readonly provider: Provider;
  readonly modelId: string;
  readonly outputSchema: JsonSchema;
  readonly hasTools: boolean;
  /** What is known of the model otherwise; absent: what its provider and name say. */
  readonly structuredOutput?: boolean;
  /** Whether the model takes tools; default true. */
  readonly toolCalls?: boolean;
}

/**
 * How a model gives JSON of a schema: natively where its provider takes this schema, by a tool where it does not, in words where the
 * model has no tools either. Scripted models take every schema, unless the config says otherwise of them.
 */
export function resultWay(asked: ResultAsked): ResultWay {
  const { modelId, toolCalls = true } = asked;
  const reason = whyNotNative(asked);
  if (reason === undefined) return { strategy: 'native' };
  if (!toolCalls) return { strategy: 'text', reason: `${reason}, and model "${modelId}" takes no tools` };
  if (!canBeParameter(asked))
    return {
      strategy: 'text',
      reason: `${reason}, and no tool can take a schema that refers to itself like this`,
    };
  return { strategy: 'tools', reason };
}

function whyNotNative(asked: ResultAsked): string | undefined {
  const { provider, modelId, outputSchema, hasTools } = asked;
  const takes = asked.structuredOutput ?? takesSchemas(provider, modelId);
  if (!takes) return `model "${modelId}" is not known to take schemas`;
  switch (provider.type) {
    case 'script':
      return undefined;
    case 'google':
      if (hasTools && !/gemini-([3-9]|\d\d)/.test(modelId))
        return `model "${modelId}" takes a schema or tools, not both`;
      return isGoogleSchema(outputSchema) ? undefined : 'the schema says more than a schema of Google can';
    case 'anthropic':
      return isStrictSchema(outputSchema, 10) && !refersToItself(outputSchema)
        ? undefined
        : 'the schema is wider than Anthropic takes: every object must be closed, with at most 10 optional properties in all';
    default:
      return isStrictSchema(outputSchema)
        ? undefined
        : 'the schema is wider than strict mode takes: every object must be closed and require all of its properties';
  }
}

function takesSchemas({ type, options }: Provider, modelId: string): boolean {
  switch (type) {
    case 'openai':
      return !/^(gpt-3|gpt-4(?![.o\d])|gpt-4o-2024-05|o1-(mini|preview)|chatgpt-)/.test(modelId);
    case 'anthropic':
      return !/claude-(instant|v?[123](?!\d)|(opus|sonnet)-4-(0|20\d+)|(opus|sonnet)-4$)/.test(modelId);
    case 'google':
      return modelId.startsWith('gemini-');
    case 'openai-compatible':
      return options['supportsStructuredOutputs'] === true;
    case 'script':
      return true;
  }
}

/** Whether a schema keeps its meaning as that of a tool's input, where one that is no object's becomes a property. */
function canBeParameter({ outputSchema, provider }: ResultAsked): boolean {
  if (provider.type === 'google' && refersToItself(outputSchema)) return false;
  return (isObject(outputSchema) && outputSchema['type'] === 'object') || !refersToRoot(outputSchema);
}
