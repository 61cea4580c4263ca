import type { Agent } from '../../program/agent.ts';
import type { Program } from '../../program/program.ts';
import { rootOf, type Source } from '../../source/index.ts';
import type { Rule } from '../rule.ts';

/** Characters of a token at the very most; English text has about four. */
const charactersPerToken = 6;

/** What an agent is told before every call must fit into the context window that the config gives for its model. */
export const contextOverflow: Rule = {
  id: 'cost/context-overflow',
  level: 'error',
  check({ program, sources }, report) {
    const windows = windowsOf(sources);
    if (windows.length === 0) return;
    for (const agent of Object.values(program.agents)) {
      const window = windowOf(agent, windows);
      if (window === undefined) continue;
      const characters = firstText(agent, program).length;
      const tokens = Math.ceil(characters / charactersPerToken);
      if (tokens <= window) continue;
      report(
        agent.origin,
        `what agent "${agent.name}" is told first has ${characters} characters, at least ${tokens} tokens, and the context window of its model ${window}; shorten the instructions, or move parts into skills`,
      );
    }
  },
};

interface Window {
  readonly model: string;
  readonly tokens: number;
}

function windowsOf(sources: readonly Source[]): Window[] {
  const config = sources.find(({ kind }) => kind === 'project');
  if (config === undefined) return [];
  return rootOf(config)
    .get('models')
    .entries()
    .flatMap(([, alias]) => {
      const [model, tokens] = [alias.get('model').text(), alias.get('contextWindow').number()];
      return model === undefined || tokens === undefined ? [] : [{ model, tokens }];
    });
}

/** The largest window that the config gives for the agent's model. */
function windowOf({ model }: Agent, windows: readonly Window[]): number | undefined {
  if (model === undefined || model === false) return undefined;
  const id = `${model.provider}/${model.id}`;
  const known = windows.filter((window) => window.model === id).map(({ tokens }) => tokens);
  return known.length === 0 ? undefined : Math.max(...known);
}

function firstText({ instructions, skills }: Agent, program: Program): string {
  return [
    instructions?.source ?? '',
    ...program.instructions.map(({ text }) => text),
    ...skills.map(({ name, description }) => name + description),
  ].join('\n');
}
