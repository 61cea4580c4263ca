import type { Agent } from '../../program/agent.ts';
import type { Skill } from '../../program/skill.ts';

/** Turns that the model alone gets to read the files of a skill. */
const readingTurns = 10;

/** An agent that works by a skill: when the skill has files beside its instructions, the agent can read them. */
export function skilled(agent: Agent, skill: Skill): Agent {
  const taker: Agent = { ...agent, inputSchema: undefined };
  if (Object.keys(skill.files).length === 0) return taker;
  const { skills, builtins, maxTurns } = agent;
  return {
    ...taker,
    skills: skills.some(({ name }) => name === skill.name) ? skills : [...skills, skill],
    builtins: builtins.includes('load_skill') ? builtins : [...builtins, 'load_skill'],
    maxTurns: Math.max(maxTurns, readingTurns),
  };
}
