import type { Json } from '../core/json.ts';
import type { Scope, Template } from '../expr/index.ts';
import type { Agent } from '../program/agent.ts';
import type { Program } from '../program/program.ts';
import type { Role } from '../program/role.ts';
import type { FolderInstructions } from './surroundings.ts';

/**
 * The system prompt, in an order that keeps the provider's prompt cache warm: what is the same for every call of the agent
 * comes first (instructions, project instructions, those of its folder, skills), what a call brings comes last (role, typed result).
 */
export function assembleSystem(
  program: Program,
  agent: Agent,
  call: {
    readonly instance: string;
    readonly input: Json | undefined;
    readonly role: Role | undefined;
    /** Of the folder it works in. */
    readonly instructions?: readonly FolderInstructions[];
    /** What it is told of a typed result. */
    readonly result: string | undefined;
    readonly env: Readonly<Record<string, string>>;
  },
): string {
  const scope: Scope = {
    agent: { name: agent.name },
    instance: { id: call.instance },
    input: call.input ?? null,
    env: call.env,
  };
  const parts = [
    agent.instructions?.render(scope),
    ...program.instructions.map((instruction) => instruction.text),
    ...(call.instructions ?? []).map(({ folder, file, text }) =>
      say(program, 'workspace', { folder, file, text }),
    ),
    agent.skills.length === 0
      ? undefined
      : say(program, 'skills', {
          skills: agent.skills.map(({ name, description }) => ({ name, description })),
        }),
    call.role === undefined
      ? undefined
      : say(program, 'role', { name: call.role.name, instructions: call.role.instructions.render(scope) }),
    call.result,
  ];
  return parts
    .map((part) => part?.trim())
    .filter((part) => part !== undefined && part !== '')
    .join('\n\n');
}

/** A text of the engine for models, from `specs/prompts/` or the project's `prompts/`. */
export function say(program: Program, name: string, scope: Scope): string {
  const template: Template | undefined = Object.hasOwn(program.prompts, name)
    ? program.prompts[name]
    : undefined;
  if (template === undefined) throw new Error(`the prompt text "${name}" is missing`);
  return template.render(scope);
}
