import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ModelEvent, ModelRequest, Models } from '../../ports/model.ts';
import type { ModelCapabilities } from '../../program/model-facts.ts';
import type { ModelChoice, Provider, ScriptedModel } from '../../program/model.ts';
import { openProvider, type OpenModel } from './open-provider.ts';
import { conventionalKeys, conventions, type KeySources } from './provider-key.ts';
import { resultWay } from './result-way.ts';
import type { ScriptUses } from './script-match.ts';
import { answerFromScript } from './script.ts';
import { streamModel } from './stream-model.ts';

/** What models are made of. */
export interface ModelSources extends KeySources {
  /** Providers of the config by name. */
  readonly providers: Readonly<Record<string, Provider>>;
  /** Scripted models by name. */
  readonly scripts: Readonly<Record<string, ScriptedModel>>;
  readonly clock: Clock;
  /** What a model is known to do; absent: nothing is known. */
  can?(model: ModelChoice): ModelCapabilities;
}

/**
 * The models of a Program: `script/<name>` answers from its script, everything else calls its provider through the AI SDK's
 * provider packages, which are loaded at the first call. `openai`, `anthropic` and `google` need no config. Throws per call:
 * Problem `missing_model` for an unknown provider or script, `missing_secret` without a key.
 */
export function createModels(sources: ModelSources): Models {
  const opened = new Map<string, Promise<OpenModel>>();
  const uses: ScriptUses = new WeakMap();

  const open = (provider: Provider): Promise<OpenModel> => {
    let opening = opened.get(provider.name);
    if (opening === undefined) {
      opening = openProvider(provider, sources);
      opened.set(provider.name, opening);
      // A key may be set later; a failure is not remembered.
      opening.catch(() => opened.delete(provider.name));
    }
    return opening;
  };

  return {
    resultWay({ model, outputSchema, tools }) {
      const provider = providerOf(model.provider, sources.providers);
      const { structuredOutput, tools: toolCalls } = sources.can?.(model) ?? {};
      return resultWay({
        provider,
        modelId: model.id,
        outputSchema,
        hasTools: tools.length > 0,
        ...(structuredOutput === undefined ? {} : { structuredOutput }),
        ...(toolCalls === undefined ? {} : { toolCalls }),
      });
    },
    async *stream(request: ModelRequest): AsyncGenerator<ModelEvent, void, undefined> {
      const provider = providerOf(request.model.provider, sources.providers);
      if (provider.type === 'script') {
        const { clock, scripts } = sources;
        const { retry } = provider;
        yield* answerFromScript(scriptOf(request.model.id, scripts), request, { clock, uses, retry });
        return;
      }
      const openModel = await open(provider);
      const secrets = [...sources.secrets.values(), ...conventionalKeys(sources.processEnv)];
      const context = { provider, clock: sources.clock, secrets };
      yield* streamModel(openModel(request.model.id), request, context);
    },
  };
}

function providerOf(name: string, configured: Readonly<Record<string, Provider>>): Provider {
  if (Object.hasOwn(configured, name)) return configured[name] as Provider;
  if (Object.hasOwn(builtIn, name)) return builtIn[name] as Provider;
  const known = [...new Set([...Object.keys(configured), ...Object.keys(builtIn)])];
  throw new Problem('missing_model', `no model provider "${name}"${choices(name, known)}`);
}

function scriptOf(name: string, scripts: Readonly<Record<string, ScriptedModel>>): ScriptedModel {
  if (Object.hasOwn(scripts, name)) return scripts[name] as ScriptedModel;
  throw new Problem('missing_model', `no scripted model "${name}"${choices(name, Object.keys(scripts))}`);
}

const builtIn: Readonly<Record<string, Provider>> = Object.fromEntries(
  ([...Object.keys(conventions), 'script'] as Provider['type'][]).map((type) => [
    type,
    { name: type, type, baseUrl: undefined, headers: {}, apiKey: undefined, options: {} },
  ]),
);
