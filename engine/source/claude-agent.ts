import { isObject, type Json } from '../core/json.ts';

/** An agent of Claude Code in our words; `dropped` are keys that have no meaning here. */
export interface ClaudeAgent {
  readonly name: string;
  readonly value: Json;
  readonly dropped: readonly string[];
}

const ownKeys: ReadonlySet<string> = new Set([
  'color',
  'permissionMode',
  'hooks',
  'memory',
  'background',
  'effort',
  'isolation',
  'initialPrompt',
]);

const toolNames: Readonly<Record<string, string>> = {
  Read: 'read',
  Write: 'write',
  Edit: 'edit',
  LS: 'ls',
  Glob: 'glob',
  Grep: 'grep',
  Bash: 'bash',
  Task: 'task',
  Agent: 'task',
  Skill: 'load_skill',
};

/**
 * Reads a `.claude/agents/*.md` as it is: its name comes from the front matter, lists may be texts with commas, tools
 * carry Claude Code's names, and `model: inherit` means the default.
 */
export function fromClaude(value: Json, stem: string): ClaudeAgent {
  if (!isObject(value)) return { name: stem, value, dropped: [] };
  const kept: Record<string, Json> = {};
  for (const [key, item] of Object.entries(value)) {
    if (ownKeys.has(key) || (key === 'model' && item === 'inherit')) continue;
    if (key === 'tools' || key === 'disallowedTools') kept[key] = toolList(item);
    else kept[key] = key === 'skills' ? listOf(item) : item;
  }
  const given = value['name'];
  const name = typeof given === 'string' && /^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(given) ? given : stem;
  return { name, value: kept, dropped: Object.keys(value).filter((key) => ownKeys.has(key)) };
}

function toolList(value: Json): Json {
  const list = listOf(value);
  if (!Array.isArray(list)) return list;
  return [...new Set(list.map((tool: Json) => (typeof tool === 'string' ? ourName(tool) : tool)))];
}

function ourName(tool: string): string {
  return (Object.hasOwn(toolNames, tool) ? toolNames[tool] : undefined) ?? tool;
}

function listOf(value: Json): Json {
  if (typeof value !== 'string') return value;
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
