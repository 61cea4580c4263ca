import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { Problem } from '../core/problem.ts';
import { readSkill } from './read-skill.ts';

/** A skill that was read from a folder, for agents in code. */
export interface LoadedSkill {
  readonly name: string;
  readonly description: string;
  /** Text of its SKILL.md, front matter included. */
  readonly text: string;
  /** The other text files of its folder, by path from it. */
  readonly files: Readonly<Record<string, string>>;
}

const maxFileBytes = 256 * 1024;

/**
 * Reads a skill from its folder, or from the SKILL.md in it. Files that are no text or larger than 256 KiB stay out, and so does what a
 * link leads to outside of the folder. Throws Problem `not_found`, or `invalid_project` with the fault when it is no skill.
 *
 * @example createAgent({ model: 'openai/gpt-5', skills: [loadSkill('./know-how/returns')] })
 */
export function loadSkill(path: string): LoadedSkill {
  const given = resolve(path);
  const folder = basename(given) === 'SKILL.md' ? dirname(given) : given;
  const file = join(folder, 'SKILL.md');
  const text = textOf(file);
  if (text === undefined) throw new Problem('not_found', `no skill at "${path}": there is no SKILL.md`);
  const name = basename(folder);
  const files = filesBelow(folder, '');
  return { name, description: readSkill(name, text, files).description, text, files };
}

function filesBelow(folder: string, below: string): Record<string, string> {
  const found: Record<string, string> = {};
  const real = realpathSync(folder);
  for (const entry of readdirSync(join(folder, below))) {
    const path = below === '' ? entry : `${below}/${entry}`;
    const whole = join(folder, path);
    if (entry.startsWith('.') || !leadsInside(whole, real)) continue;
    if (statSync(whole).isDirectory()) Object.assign(found, filesBelow(folder, path));
    else if (path !== 'SKILL.md') {
      const text = textOf(whole);
      if (text !== undefined) found[path] = text;
    }
  }
  return found;
}

/** A link may lead out, or nowhere. */
function leadsInside(path: string, folder: string): boolean {
  try {
    return realpathSync(path).startsWith(folder + sep);
  } catch {
    return false;
  }
}

/** The text of a file; undefined when there is none, or it is no text. */
function textOf(path: string): string | undefined {
  try {
    if (statSync(path).size > maxFileBytes) return undefined;
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
    return text.includes('\0') ? undefined : text.replaceAll('\r\n', '\n');
  } catch {
    return undefined;
  }
}
