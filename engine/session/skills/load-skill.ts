import { posix } from 'node:path';
import { Problem } from '../../core/problem.ts';
import { isObject } from '../../core/json.ts';
import { choices } from '../../core/suggest.ts';
import type { Skill } from '../../program/skill.ts';
import type { BoundTool } from '../tool-calls/bound-tool.ts';

/** The tool that reads a skill's instructions, or another file of its folder. */
export function loadSkillTool(skills: readonly Skill[]): BoundTool {
  const names = skills.map((skill) => skill.name);
  return {
    repeatable: true,
    kinds: ['read-only'],
    spec: {
      name: 'load_skill',
      description: 'Reads a skill: its instructions, or with "file" another file of the skill.',
      inputSchema: {
        type: 'object',
        properties: {
          name: { type: 'string', enum: names, description: 'Name of the skill.' },
          file: {
            type: 'string',
            description: 'Path of a file inside the skill, such as references/table.md.',
          },
        },
        required: ['name'],
        additionalProperties: false,
      },
    },
    run(input) {
      const { name, file } = isObject(input) ? input : {};
      const skill = skills.find((candidate) => candidate.name === name);
      if (skill === undefined)
        throw new Problem('tool_input_invalid', `no skill "${String(name)}"${choices(String(name), names)}`);
      const path = typeof file === 'string' ? posix.normalize(file) : 'SKILL.md';
      if (path === 'SKILL.md') return Promise.resolve(skill.body);
      const text = Object.hasOwn(skill.files, path) ? skill.files[path] : undefined;
      if (text === undefined) {
        throw new Problem(
          'tool_input_invalid',
          `no file "${path}" in skill "${skill.name}"${choices(path, Object.keys(skill.files))}`,
        );
      }
      return Promise.resolve(text);
    },
  };
}
