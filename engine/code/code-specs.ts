import { isObject, toJson, type Json, type JsonObject } from '../core/json.ts';
import type { SpecTexts } from '../core/spec-texts.ts';

/** What an agent in code said of itself, as the files it could have been written in. */
export interface CodeSpecs {
  /** By path from the project folder. */
  readonly texts: SpecTexts;
  /** Names of profiles that it names and does not bring. */
  readonly profiles: ReadonlySet<string>;
}

/**
 * Writes down a definition: the agent as YAML beside its module, profiles and skills that it holds as files of their own.
 * Throws an Error whose message says at which key something cannot be written down.
 * @param kind what the definition is of.
 */
export function specsOf(kind: 'agent' | 'profile', name: string, definition: unknown): CodeSpecs {
  const texts: Record<string, string> = {};
  const profiles = new Set<string>();
  put(kind, name, definition, kind === 'agent' ? '' : `profile "${name}": `);
  return { texts, profiles };

  function put(what: 'agent' | 'profile', as: string, given: unknown, at: string): void {
    const path = `src/${what}s/${as}.yaml`;
    if (!isMap(given)) throw new Error(`${at}expected a map, found ${wordOf(given)}`);
    const { name: own, profile, instructions, skills, subagents, ...rest } = given;
    if (what === 'agent' && own !== undefined && own !== as)
      throw new Error(`${at}name: the name of the file, "${as}", is its name; found ${wordOf(own)}`);
    const spec: Record<string, Json> = { ...plain(rest, at) };
    if (instructions !== undefined)
      spec['instructions'] = literal(plainAt(instructions, `${at}instructions`));
    if (profile !== undefined) spec['profile'] = nameOf(profile, `${as}-base`, `${at}profile`);
    if (skills !== undefined)
      spec['skills'] = listOf(skills, `${at}skills`).map((one, index) =>
        skillName(one, `${at}skills[${index}]`),
      );
    if (subagents !== undefined)
      spec['subagents'] = listOf(subagents, `${at}subagents`).map((one, index) =>
        nameOf(one, undefined, `${at}subagents[${index}]`),
      );
    const text = JSON.stringify(spec, null, 2);
    if (texts[path] !== undefined && texts[path] !== text)
      throw new Error(`${at}two different profiles are called "${as}"`);
    texts[path] = text;
  }

  /** A profile by name, or one that is given as it is and becomes a file. */
  function nameOf(given: unknown, otherwise: string | undefined, at: string): string {
    if (typeof given === 'string') {
      profiles.add(given);
      return given;
    }
    if (!isMap(given)) throw new Error(`${at}: expected a name or a profile, found ${wordOf(given)}`);
    const { name: own = otherwise } = given;
    if (typeof own !== 'string') throw new Error(`${at}: a profile that is given as it is needs a "name"`);
    const { name: _, ...profile } = given;
    put('profile', own, profile, `${at}.`);
    return own;
  }

  function skillName(given: unknown, at: string): string {
    if (typeof given === 'string') return given;
    if (!isMap(given) || typeof given['name'] !== 'string' || typeof given['text'] !== 'string')
      throw new Error(`${at}: expected a name or what loadSkill gives, found ${wordOf(given)}`);
    const { name: own, text, files } = given;
    texts[`.agents/skills/${own}/SKILL.md`] = text;
    for (const [below, content] of Object.entries(isMap(files) ? files : {}))
      texts[`.agents/skills/${own}/${below}`] = String(content);
    return own;
  }
}

function listOf(value: unknown, at: string): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  throw new Error(`${at}: expected a list, found ${wordOf(value)}`);
}

function plain(value: Readonly<Record<string, unknown>>, at: string): JsonObject {
  const { tools } = value;
  const inline = Array.isArray(tools) ? tools.findIndex((tool) => typeof tool !== 'string') : -1;
  if (inline !== -1)
    throw new Error(
      `${at}tools[${inline}]: expected the name of a tool, found ${wordOf((tools as unknown[])[inline])}; tools in code are files in src/tools`,
    );
  const found: Record<string, Json> = {};
  for (const [key, one] of Object.entries(value))
    if (one !== undefined) found[key] = plainAt(one, `${at}${key}`);
  return found;
}

function plainAt(value: unknown, at: string): Json {
  try {
    return toJson(value);
  } catch (thrown) {
    throw new Error(`${at}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: thrown });
  }
}

/** Text of code is no template: it may hold what somebody else wrote. */
function literal(text: Json): Json {
  return typeof text === 'string' ? text.replace(/\\(?=\{\{)/g, '\\ ').replaceAll('{{', '\\{{') : text;
}

function wordOf(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`;
  if (Array.isArray(value)) return 'a list';
  if (value === null || value === undefined) return 'nothing';
  return typeof value === 'object' ? (isObject(value) ? 'a map' : 'an object') : `a ${typeof value}`;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
