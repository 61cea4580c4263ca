import type { Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import { compileSchema, describeFaults } from '../../expr/index.ts';
import type { Sandbox } from '../../ports/sandbox.ts';
import type { Agent } from '../../program/agent.ts';
import type { Program } from '../../program/program.ts';
import type { Skill } from '../../program/skill.ts';
import { say } from '../assemble-prompt.ts';
import type { SessionPorts } from '../ports.ts';
import { skillsIn } from './workspace-skills.ts';

/** A skill of the project by its name. Throws Problem `not_found` with the choices. */
export function findSkill({ skills }: Pick<Program, 'skills'>, name: string): Skill {
  const skill = Object.hasOwn(skills, name) ? skills[name] : undefined;
  if (skill !== undefined) return skill;
  throw new Problem('not_found', `no skill "${name}"${choices(name, Object.keys(skills))}`);
}

/**
 * A skill by its name: of the project, or else of a workspace. Throws Problem `not_found` with the choices, `invalid_request` for one
 * that is broken, and what the sandbox throws.
 */
export async function findSkillIn(
  ports: Pick<SessionPorts, 'program' | 'readSkill'>,
  agent: Agent,
  name: string,
  sandbox: Sandbox,
): Promise<Skill> {
  const refused: string[] = [];
  const there = await skillsIn(ports, agent, sandbox, (message) => refused.push(message));
  const all = { ...Object.fromEntries(there.map((skill) => [skill.name, skill])), ...ports.program.skills };
  if (!Object.hasOwn(all, name) && refused.some((message) => message.includes(`"${name}"`)))
    throw new Problem('invalid_request', refused.find((message) => message.includes(`"${name}"`)) ?? '');
  return findSkill({ skills: all }, name);
}

/** What a model is told to work by a skill. Throws Problem `invalid_input` when the arguments do not fit its `argsSchema`. */
export function skillMessage(program: Program, skill: Skill, given: Json | undefined): string {
  const args = fitting(skill, given);
  return say(program, 'skill', {
    name: skill.name,
    instructions: skill.body,
    files: Object.keys(skill.files),
    arguments: args === undefined ? '' : JSON.stringify(args, null, 2),
  });
}

/** The arguments with the defaults of their schema. */
function fitting({ name, argsSchema }: Skill, given: Json | undefined): Json | undefined {
  if (argsSchema === undefined) return given;
  const { value, faults } = compileSchema(argsSchema).check(given ?? {});
  if (faults.length === 0) return value;
  throw new Problem('invalid_input', `arguments of skill "${name}": ${describeFaults(faults)}`, {
    details: { faults: faults.map(({ pointer, message }) => ({ pointer, message })) },
  });
}
