import type { JsonSchema } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import type { OpenTool } from '../../ports/tool-source.ts';
import type { Agent } from '../../program/agent.ts';
import type { Program } from '../../program/program.ts';
import type { Tool } from '../../program/tool.ts';
import type { ResultCheck } from '../results/typed-result.ts';

/** What one call may use besides what its agent has. Everything here is stored with it. */
export interface Grants {
  /** Names of declared tools. */
  readonly tools: readonly string[];
  /** Tools of the calling program, of which only the description outlives the process. */
  readonly objects: readonly ToolObject[];
  /** Names of commands, where the sandbox allows some. */
  readonly commands: readonly string[];
  /** Names of declared secrets. */
  readonly secrets: readonly string[];
}

/** What is stored of a tool that the calling program brought. */
export interface ToolObject {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
}

/** What a call brought that cannot be stored, or must not be: it is gone with the process. */
export interface Here {
  /** The tools of the calling program, by name. */
  readonly tools: ReadonlyMap<string, OpenTool>;
  /** Variables for a command. */
  readonly env: Readonly<Record<string, string>>;
  /** What the caller's own schema says of a result that fits. */
  readonly check?: ResultCheck;
}

/** A call that is granted nothing. */
export const noGrants: Grants = { tools: [], objects: [], commands: [], secrets: [] };

/** A call that brought nothing. */
export const nothingHere: Here = { tools: new Map(), env: {} };

/**
 * Checks what a call asks for against what the project declares.
 * Throws Problem `invalid_request`: an unknown tool or secret, a name that the agent's tools have, commands where there is no shell.
 */
export function checkGrants(program: Program, agent: Agent, grants: Grants): void {
  const declared = Object.keys(program.tools);
  for (const name of grants.tools) {
    if (!declared.includes(name)) throw refused(`no tool "${name}"${choices(name, declared)}`);
  }
  const secrets = Object.keys(program.settings.secrets);
  for (const name of grants.secrets) {
    if (!secrets.includes(name))
      throw refused(
        `no secret "${name}"${choices(name, secrets)}; declare it under "secrets" in engine.yaml`,
      );
  }
  const taken = new Set<string>([
    ...agent.builtins,
    ...(agent.code === false ? [] : ['run_code']),
    ...agent.tools.map(({ name }) => name),
    ...grants.tools,
  ]);
  for (const { name } of grants.objects) {
    if (!/^[A-Za-z_][\w-]{0,63}$/.test(name))
      throw refused(`"${name}" cannot be the name of a tool; use letters, digits, "_" and "-"`);
    if (taken.has(name))
      throw refused(`there is a tool "${name}" already; give the one of the call another name`);
    taken.add(name);
  }
  if (grants.commands.length === 0) return;
  if (!agent.sandbox.shell)
    throw refused(`sandbox "${agent.sandbox.name}" does not allow commands, so none can be granted`);
  for (const name of grants.commands) {
    if (!/^[\w.+-]+$/.test(name)) throw refused(`"${name}" is not the name of a command`);
  }
}

/** The agent with the declared tools and the secrets of a call. */
export function grantedAgent(program: Program, agent: Agent, grants: Grants): Agent {
  const has = new Set(agent.tools.map(({ name }) => name));
  const more = grants.tools.flatMap((name): readonly Tool[] => {
    const tool = has.has(name) ? undefined : program.tools[name];
    return tool === undefined ? [] : [tool];
  });
  if (more.length === 0 && grants.secrets.length === 0) return agent;
  return { ...agent, tools: [...agent.tools, ...more], secrets: [...agent.secrets, ...grants.secrets] };
}

function refused(message: string): Problem {
  return new Problem('invalid_request', message);
}
