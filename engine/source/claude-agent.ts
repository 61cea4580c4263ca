import { isObject, type Json } from '../core/json.ts';

/** An agent of Claude Code in our words; `dropped` are keys that have no meaning here. */
export interface ClaudeAgent {
  readonly name: string;
  readonly value: Json;
  readonly dropped: readonly string[];
}

const ownKeys: ReadonlySet<string> = new Set([
  'permissionMode',
  'hooks',
  'memory',
  'background',
  'isolation',
  'initialPrompt',
]);

/** `effort` of Claude Code as a level of thinking. */
const thinking: Readonly<Record<string, string>> = {
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
  max: 'xhigh',
};

/**
 * Reads a `.claude/agents/*.md` as it is: its name comes from the front matter, skills may be a text with commas, `effort` is
 * the thinking, `model: inherit` means the default, and `color` is for its own lists. Names of tools and models stay as they
 * are; who links the agent knows them.
 */
export function fromClaude(value: Json, stem: string): ClaudeAgent {
  if (!isObject(value)) return { name: stem, value, dropped: [] };
  const kept: Record<string, Json> = {};
  for (const [key, item] of Object.entries(value)) {
    if (ownKeys.has(key) || key === 'color' || (key === 'model' && item === 'inherit')) continue;
    const level = key === 'effort' && typeof item === 'string' ? levelOf(item) : undefined;
    if (level === undefined) kept[key] = key === 'skills' ? listOf(item) : item;
    else kept['thinking'] = level;
  }
  const given = value['name'];
  const name = typeof given === 'string' && /^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(given) ? given : stem;
  return { name, value: kept, dropped: Object.keys(value).filter((key) => ownKeys.has(key)) };
}

function levelOf(effort: string): string | undefined {
  return Object.hasOwn(thinking, effort) ? thinking[effort] : undefined;
}

function listOf(value: Json): Json {
  if (typeof value !== 'string') return value;
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
