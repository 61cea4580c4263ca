import { Problem } from '../core/problem.ts';
import { linkSkill } from '../link/index.ts';
import type { Skill } from '../program/skill.ts';
import { parseSource, rootOf } from '../source/index.ts';
import { validateShape } from '../validate/index.ts';

/** A skill from the text of a SKILL.md. Throws Problem `invalid_project` with the fault when it is none. */
export function readSkill(name: string, text: string, files: Readonly<Record<string, string>> = {}): Skill {
  const file = `${name}/SKILL.md`;
  const { value, diagnostics } = parseSource(
    { kind: 'skill', name, stem: name, file, path: file, shipped: false },
    text,
  );
  const source = { ...value, files };
  const fault = [...diagnostics, ...validateShape([source])].find(({ level }) => level === 'error');
  if (fault !== undefined) throw new Problem('invalid_project', `skill "${name}": ${fault.message}`);
  const refuse = (_node: unknown, _rule: string, message: string): never => {
    throw new Problem('invalid_project', `skill "${name}": ${message}`);
  };
  return linkSkill({ report: refuse }, rootOf(source));
}
