import { posix } from 'node:path';
import { asProblem } from '../../core/problem.ts';
import type { Sandbox } from '../../ports/sandbox.ts';
import type { Agent } from '../../program/agent.ts';
import type { Skill } from '../../program/skill.ts';
import type { SessionPorts } from '../ports.ts';

/** Most skills of a workspace, and most files and bytes of one of them. */
const most = { skills: 32, files: 64, bytes: 262_144 };

/**
 * The skills in `.agents/skills` of a workspace. One that the agent or the project has already by this name is left out, and so is what
 * cannot be read; `warn` is told.
 */
export async function skillsIn(
  { program, readSkill }: Pick<SessionPorts, 'program' | 'readSkill'>,
  agent: Agent,
  sandbox: Sandbox,
  warn: (message: string) => void,
): Promise<readonly Skill[]> {
  const root = posix.join(sandbox.spec.workspace, '.agents/skills');
  const there = await sandbox.stat(root).catch(() => undefined);
  if (there?.kind !== 'folder') return [];
  const own = new Set([...agent.skills.map(({ name }) => name), ...Object.keys(program.skills)]);
  const found: Skill[] = [];
  const folders = (await sandbox.list(root)).filter(({ kind }) => kind === 'folder');
  if (folders.length > most.skills)
    warn(`only the first ${most.skills} skills of the workspace are seen, of ${folders.length}`);
  for (const { path } of folders.slice(0, most.skills)) {
    const name = posix.basename(path);
    const text = await readText(sandbox, posix.join(path, 'SKILL.md'));
    if (text === undefined) continue;
    if (own.has(name)) {
      warn(`the skill "${name}" of the workspace is not used: the project has one of this name`);
      continue;
    }
    try {
      found.push({ ...readSkill(name, text), files: await filesIn(sandbox, path) });
    } catch (thrown) {
      warn(`the skill "${name}" of the workspace is not used: ${asProblem(thrown).message}`);
    }
  }
  return found;
}

/** The text files of a folder but its SKILL.md, by path from it. */
async function filesIn(sandbox: Sandbox, folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const open = [folder];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { path, kind } of await sandbox.list(next)) {
      const below = posix.relative(folder, path);
      if (Object.keys(found).length >= most.files) return found;
      if (kind === 'folder') open.push(path);
      const text = kind === 'file' && below !== 'SKILL.md' ? await readText(sandbox, path) : undefined;
      if (text !== undefined) found[below] = text;
    }
  }
  return found;
}

async function readText(sandbox: Sandbox, path: string): Promise<string | undefined> {
  const info = await sandbox.stat(path).catch(() => undefined);
  if (info?.kind !== 'file' || info.size > most.bytes) return undefined;
  const text = Buffer.from(await sandbox.readFile(path)).toString('utf8');
  return text.includes('\0') || text.includes('\ufffd') ? undefined : text;
}
