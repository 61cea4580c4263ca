import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import type { ModelChoice } from '../../program/model.ts';
import { resolveModel } from '../../program/model-reference.ts';
import type { About } from './talk.ts';

/** What all messages of a chat are asked with. */
interface Asked {
  readonly model?: string;
  readonly role?: string;
}

/**
 * Refuses a role and a model that there are not, in the words in which the first message would be refused: throws Problem
 * `unknown_role`, `missing_model`. Gives which of them nobody can say before that, since the server does not tell what it has.
 */
export function checkAsked({ roles, models }: About, { model, role }: Asked): readonly string[] {
  if (role !== undefined && roles !== undefined && !roles.includes(role))
    throw new Problem('unknown_role', `no role "${role}"${choices(role, roles)}`);
  if (model !== undefined && models !== undefined) {
    const { aliases, providers, scripts } = models;
    const found = resolveModel(model, {
      models: named(aliases),
      providers: named(providers),
      scripts: named(scripts),
    });
    if ('fault' in found) throw new Problem('missing_model', found.fault);
  }
  return [
    ...(role === undefined || roles !== undefined ? [] : [`role "${role}"`]),
    ...(model === undefined || models !== undefined ? [] : [`model "${model}"`]),
  ];
}

/** Names to look in; what they stand for is not asked here. */
function named(names: readonly string[]): Readonly<Record<string, ModelChoice>> {
  return Object.fromEntries(names.map((name) => [name, { provider: '', id: name, settings: {} }]));
}
