import { stringify } from 'yaml';
import { validate } from '../../compile.ts';
import { Problem } from '../../core/problem.ts';
import { exitCodes } from '../exit-codes.ts';
import { planProject, writeProject } from '../init/write-project.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `engine skill new`. */
export interface NewSkillOptions {
  readonly project: string;
  readonly description?: string;
  readonly json?: boolean;
}

/**
 * Writes the `SKILL.md` of a new skill. What would be wrong with it is found before anything is written: throws Problem
 * `invalid_request`, and `conflict` where a skill of this name is.
 */
export async function newSkill(
  name: string,
  { project, description, json = false }: NewSkillOptions,
  { out, err }: Terminal,
): Promise<number> {
  if (!/^[\w.-]+$/.test(name) || /^\.+$/.test(name))
    throw invalid(`"${name}" cannot be the name of a folder`);
  const words = name.replace(/[-_.]+/g, ' ');
  const path = `.agents/skills/${name}/SKILL.md`;
  const front = {
    name,
    description: description ?? `How ${words} is done. Use it when the work is about ${words}.`,
  };
  const text = `---\n${stringify(front, { lineWidth: 0 })}---\n\n1. Say here what to do first.\n2. And what comes of it.\n`;
  await refuseFaults(project, path, text);
  const files = await planProject(project, [{ path, text }]);
  if (files.some(({ state }) => state !== 'new')) throw new Problem('conflict', `"${path}" is there already`);
  await writeProject(project, files);
  if (json) out.line(JSON.stringify({ name, file: path, description: front.description }, null, 2));
  else {
    out.line(path);
    err.line(`give it to an agent with: skills: [${name}]`);
  }
  return exitCodes.ok;
}

/** Faults that the project would have with the file, and has not without it. */
async function refuseFaults(project: string, path: string, text: string): Promise<void> {
  const before = await faultsOf(project, new Map());
  if (before.some(({ rule }) => rule === 'source/no-project'))
    throw invalid(`there is no project in "${project}"; make one with "engine init"`);
  const known = new Set(before.map(({ message }) => message));
  const found = (await faultsOf(project, new Map([[path, text]]))).find(({ message }) => !known.has(message));
  if (found?.rule === 'ref/shadowed') throw new Problem('conflict', found.message);
  if (found !== undefined) throw invalid(found.message);
}

async function faultsOf(
  project: string,
  overlay: ReadonlyMap<string, string>,
): Promise<readonly { readonly rule: string; readonly message: string }[]> {
  const { diagnostics } = await validate(project, { overlay });
  return diagnostics.filter(({ level, rule }) => level === 'error' || rule === 'ref/shadowed');
}

function invalid(message: string): Problem {
  return new Problem('invalid_request', message);
}
