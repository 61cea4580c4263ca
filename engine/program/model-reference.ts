import { choices, suggest } from '../core/suggest.ts';
import type { ModelChoice } from './model.ts';

/** Providers that need no config. */
export const builtinProviders = ['openai', 'anthropic', 'google', 'script'] as const;

/** What a model reference may name. */
export interface ModelNames {
  readonly models: Readonly<Record<string, ModelChoice>>;
  readonly providers: Readonly<Record<string, unknown>>;
  readonly scripts: Readonly<Record<string, unknown>>;
}

/**
 * Resolves `provider/id`, which may be written `provider:id`, or an alias.
 * @returns the choice, or the fault in words (unknown alias, unknown provider, unknown scripted model).
 */
export function resolveModel(
  reference: string,
  names: ModelNames,
): { choice: ModelChoice } | { fault: string } {
  if (Object.hasOwn(names.models, reference)) return { choice: names.models[reference] as ModelChoice };
  const slash = reference.search(/[/:]/);
  if (slash < 1 || slash === reference.length - 1) {
    const aliases = Object.keys(names.models);
    const [near] = suggest(reference, aliases);
    const other =
      near !== undefined ? '' : aliases.length > 0 ? ' or "provider/model"' : '; write "provider/model"';
    return { fault: `no model alias "${reference}"${choices(reference, aliases)}${other}` };
  }
  const provider = reference.slice(0, slash);
  const id = reference.slice(slash + 1);
  const providers = new Set<string>([...builtinProviders, ...Object.keys(names.providers)]);
  if (!providers.has(provider))
    return { fault: `no model provider "${provider}"${choices(provider, providers)}` };
  if (provider === 'script' && !Object.hasOwn(names.scripts, id)) {
    return { fault: `no scripted model "${id}"${choices(id, Object.keys(names.scripts))}` };
  }
  return { choice: { provider, id, settings: {} } };
}
