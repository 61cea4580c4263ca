import { posix } from 'node:path';
import type { EventScope, NewEvent } from '../core/event.ts';
import type { Sandbox } from '../ports/sandbox.ts';
import type { Agent } from '../program/agent.ts';
import type { Skill } from '../program/skill.ts';
import type { Place } from './tool-calls/main-argument.ts';
import type { SessionPorts } from './ports.ts';
import { skillsIn } from './skills/workspace-skills.ts';
import type { Workspace } from './workspaces/workspace.ts';

/** What the files that an operation works with say to its model. */
export interface Surroundings {
  /** AGENTS.md and CLAUDE.md of the nearest folder that has any. */
  readonly instructions: readonly FolderInstructions[];
  /** Skills of the workspace, besides those of the agent. */
  readonly skills: readonly Skill[];
  readonly place: Place;
}

/** Instructions that stand in a folder of a workspace. */
export interface FolderInstructions {
  readonly folder: string;
  readonly file: string;
  readonly text: string;
}

/** Most characters of one file of instructions. */
const maxInstructions = 32_768;

/**
 * Looks at the files an operation works with, once: for instructions from its folder upwards to that of the workspace, and, when its
 * agent can load skills, for those in `.agents/skills`. What the project says already is not said again, and its skills are never
 * replaced. Work without files has none, and so has work whose files are on a machine that is not awake.
 */
export async function lookAround(
  ports: SessionPorts,
  agent: Agent,
  workspace: Workspace,
  tell: { readonly scope: EventScope; emit(event: NewEvent): void },
): Promise<Surroundings> {
  const { type, workspace: root } = workspace.spec;
  if (type === 'none') return { instructions: [], skills: [], place: { workspace: root, folder: root } };
  const sandbox = await workspace.open();
  // What only looks begins no machine.
  if (sandbox.asleep === true)
    return { instructions: [], skills: [], place: { workspace: root, folder: sandbox.spec.workspace } };
  const known = new Set(ports.program.instructions.map(({ text }) => text.trim()));
  const outer = workspace.outer === undefined ? undefined : await wholeOf(workspace.outer).open();
  const found = await nearest(sandbox, outer);
  const warn = (message: string): void =>
    tell.emit({ ...tell.scope, type: 'log', data: { level: 'warn', message } });
  return {
    instructions: found.filter(({ text }) => !known.has(text.trim())),
    place: { workspace: (outer ?? sandbox).spec.workspace, folder: sandbox.spec.workspace },
    skills: agent.builtins.includes('load_skill') ? await skillsIn(ports, agent, sandbox, warn) : [],
  };
}

function wholeOf(workspace: Workspace): Workspace {
  return workspace.outer === undefined ? workspace : wholeOf(workspace.outer);
}

/** The instructions of a folder, else of the first folder above it that has any. */
async function nearest(sandbox: Sandbox, outer: Sandbox | undefined): Promise<readonly FolderInstructions[]> {
  const { workspace } = sandbox.spec;
  const own = await instructionsIn(sandbox, workspace);
  if (own.length > 0 || outer === undefined) return own;
  const top = outer.spec.workspace;
  for (let folder = workspace; folder !== top && folder.startsWith(top);) {
    folder = posix.dirname(folder);
    const found = await instructionsIn(outer, folder);
    if (found.length > 0) return found;
  }
  return [];
}

async function instructionsIn(sandbox: Sandbox, folder: string): Promise<readonly FolderInstructions[]> {
  const found: FolderInstructions[] = [];
  for (const file of ['AGENTS.md', 'CLAUDE.md']) {
    const text = await textOf(sandbox, posix.join(folder, file));
    const isKnown = found.some((other) => other.text === text) || text === '@AGENTS.md';
    if (text !== undefined && text !== '' && !isKnown) found.push({ folder, file, text });
  }
  return found;
}

async function textOf(sandbox: Sandbox, path: string): Promise<string | undefined> {
  const info = await sandbox.stat(path).catch(() => undefined);
  if (info?.kind !== 'file') return undefined;
  const text = Buffer.from(await sandbox.readFile(path))
    .toString('utf8')
    .trim();
  if (text.length <= maxInstructions) return text;
  return `${text.slice(0, maxInstructions)}\n[cut: the rest of the file is left out]`;
}
