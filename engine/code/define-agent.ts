import { isObject } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import type { AgentSpec, ProfileSpec } from '../core/spec.gen.ts';
import type { LoadedSkill } from './load-skill.ts';
import type { AgentContext } from '../ports/code-agent.ts';

export type { AgentContext } from '../ports/code-agent.ts';

/** A profile in code: what a profile's file may say. */
export interface ProfileDefinition extends Omit<ProfileSpec, CodeKeys> {
  /** Needed where it is a subagent and given as it is. */
  readonly name?: string;
  /** A profile to start from, by name or as it is. */
  readonly profile?: string | ProfileDefinition;
  /** By name or as they are (`loadSkill`). */
  readonly skills?: readonly (string | LoadedSkill)[];
  /** Agents and profiles by name, or profiles as they are. */
  readonly subagents?: readonly (string | ProfileDefinition)[];
}

/** An agent in code: what an agent's file may say. Its instructions are taken as they are, not as a template. */
export interface AgentDefinition extends Omit<AgentSpec, CodeKeys> {
  readonly profile?: string | ProfileDefinition;
  readonly skills?: readonly (string | LoadedSkill)[];
  readonly subagents?: readonly (string | ProfileDefinition)[];
}

type CodeKeys = 'apiVersion' | 'kind' | 'name' | 'extends' | 'profile' | 'skills' | 'subagents';

/** Describes an agent, for an instance and an input, or the same for all. */
export type DescribeAgent = (context: AgentContext) => AgentDefinition | Promise<AgentDefinition>;

/** An agent in code: the default export of a file in `src/agents/`. */
export interface CreatedAgent {
  readonly describe: DescribeAgent;
}

/**
 * An agent in TypeScript. It is asked to describe itself when somebody prompts it; what it says is checked like an agent's file and
 * stored with the work, which ends on it. Throws Problem `invalid_project` when it is given neither a function nor a map.
 *
 * @example
 * export default createAgent(({ id }) => ({ model: 'openai/gpt-5', instructions: `You look after ${id}.`, tools: ['read'] }));
 */
export function createAgent(describe: DescribeAgent | AgentDefinition): CreatedAgent {
  if (typeof describe === 'function') return Object.freeze({ [mark]: true, describe });
  if (!isObject(describe))
    throw new Problem('invalid_project', 'createAgent: an agent is described by a function or a map');
  return Object.freeze({ [mark]: true, describe: () => describe });
}

/**
 * A profile in TypeScript: the default export of a file in `src/profiles/`, or part of an agent. Returns it unchanged; it is checked
 * where it is used. Throws Problem `invalid_project` when it is no map.
 */
export function defineAgentProfile(profile: ProfileDefinition): ProfileDefinition {
  if (isObject(profile)) return profile;
  throw new Problem('invalid_project', 'defineAgentProfile: a profile is a map');
}

/** A copy of a profile with more skills, tools and subagents, behind those it has. */
export function extendAgentProfile(
  profile: ProfileDefinition,
  more: Pick<ProfileDefinition, 'skills' | 'subagents'> & { readonly tools?: readonly string[] },
): ProfileDefinition {
  const { skills = [], subagents = [], tools = [] } = profile;
  const named = typeof tools === 'string' ? tools.split(',').map((name) => name.trim()) : tools;
  return {
    ...profile,
    ...(more.skills === undefined ? {} : { skills: [...skills, ...more.skills] }),
    ...(more.subagents === undefined ? {} : { subagents: [...subagents, ...more.subagents] }),
    ...(more.tools === undefined ? {} : { tools: [...named, ...more.tools] as never }),
  };
}

/** Whether a value was made by `createAgent`, of this engine or of another copy of it. */
export function isCreatedAgent(value: unknown): value is CreatedAgent {
  return typeof value === 'object' && value !== null && mark in value;
}

const mark = Symbol.for('flue-engine.agent');
