import type { Agent } from '../program/agent.ts';
import type { Sandbox } from '../program/sandbox.ts';
import { textOnDisk, type LoadedProject } from '../source/index.ts';
import { originOfModule } from './code-workflow.ts';
import { digest } from './hash.ts';
import type { Config } from './link-settings.ts';
import { plainAgent } from './plain-agent.ts';

/** The agents and profiles that are TypeScript or JavaScript files: only that they are there is known before they are needed. */
export function codeAgents(
  { root, agentModules, profileModules, sources }: LoadedProject,
  config: Config,
  sandboxes: Readonly<Record<string, Sandbox>>,
): Record<'agents' | 'profiles', Record<string, Agent>> {
  const none = sandboxes['none'];
  if (none === undefined) throw new Error('the shipped sandbox "none" is missing');
  const make = (kind: Agent['kind'], modules: Readonly<Record<string, string>>): Record<string, Agent> =>
    Object.fromEntries(
      Object.entries(modules)
        // What is declared as well is what is declared; the loader has said so.
        .filter(([name]) => !sources.some((source) => source.kind === kind && source.name === name))
        .map(([name, module]) => {
          const origin = originOfModule(root, module);
          const hash = digest({ name, code: textOnDisk(module) ?? '', common: config.common });
          const plain = plainAgent({ name, origin }, config, none, hash);
          // Until it says which, its model is not missing.
          const model = plain.model ?? false;
          return [name, { ...plain, model, kind, module }];
        }),
    );
  return { agents: make('agent', agentModules), profiles: make('profile', profileModules) };
}
