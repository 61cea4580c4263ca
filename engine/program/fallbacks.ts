import type { ModelChoice } from './model.ts';

/** Where the chains of aliases stand: the settings of a Program. */
interface Chains {
  readonly fallbacks: Readonly<Record<string, readonly ModelChoice[]>>;
}

/** What a model falls back to, in order: the models its alias names, each followed by what this one falls back to; each once. */
export function fallbacksOf(model: ModelChoice, chains: Chains): readonly ModelChoice[] {
  if (model.alias === undefined || chains.fallbacks[model.alias] === undefined) return [];
  const seen = new Set([nameOf(model)]);
  const chain: ModelChoice[] = [];
  const follow = ({ alias }: ModelChoice): void => {
    for (const next of (alias === undefined ? undefined : chains.fallbacks[alias]) ?? []) {
      if (!seen.has(nameOf(next))) {
        seen.add(nameOf(next));
        chain.push(next);
        follow(next);
      }
    }
  };
  follow(model);
  return chain;
}

function nameOf({ provider, id }: ModelChoice): string {
  return `${provider}/${id}`;
}
