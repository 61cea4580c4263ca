import { builtinTools, type BuiltinTool } from '../program/tool.ts';
import type { Node } from '../source/index.ts';

/** What the tools of Claude Code are called here. */
const claudeNames: Readonly<Record<string, BuiltinTool>> = {
  MultiEdit: 'edit',
  Agent: 'task',
  Skill: 'load_skill',
};

/** Tools of Claude Code that have no counterpart. */
const claudeOnly: ReadonlySet<string> = new Set([
  ...[
    'AskUserQuestion',
    'BashOutput',
    'CronCreate',
    'CronDelete',
    'CronList',
    'EnterPlanMode',
    'EnterWorktree',
  ],
  ...['ExitPlanMode', 'ExitWorktree', 'KillBash', 'KillShell', 'ListMcpResourcesTool', 'LSP', 'Monitor'],
  ...['NotebookEdit', 'NotebookRead', 'PowerShell', 'ReadMcpResourceTool', 'SendMessage', 'SlashCommand'],
  ...['TaskCreate', 'TaskGet', 'TaskList', 'TaskOutput', 'TaskStop', 'TaskUpdate', 'TodoRead', 'TodoWrite'],
  ...['ToolSearch', 'WebFetch', 'WebSearch'],
]);

/** A tool that an agent names, and where in the text of the node it does. */
export interface NamedTool {
  readonly node: Node;
  /** The name in our words. */
  readonly name: string;
  /** The name as it is written. */
  readonly written: string;
  readonly start: number;
}

/** Whether a spec is an agent of Claude Code, which is read as it is. */
export function isClaude(node: Node): boolean {
  return /(^|\/)\.claude\/agents\//.test(node.source.file);
}

/** The built-in tool of a name; other tools' agent files write `Read`, `Bash`. */
export function builtinOf(name: string): BuiltinTool | undefined {
  return builtinTools.find((builtin) => builtin === name || builtin === name.toLowerCase());
}

/**
 * The tools that nodes name, each of which holds one name, or several with commas between them. In an agent of Claude Code
 * tools may have its names; those that have no counterpart here are left out.
 */
export function namedTools(nodes: readonly Node[]): NamedTool[] {
  return nodes.flatMap((node) => {
    const text = node.text();
    if (text === undefined) return [];
    const named = [...text.matchAll(/(?:[^,()]|\([^)]*\))+/g)].flatMap(({ 0: part, index }): NamedTool[] => {
      const written = part.trim();
      const start = index + part.length - part.trimStart().length;
      return written === '' ? [] : [{ node, name: written, written, start }];
    });
    return named.flatMap(isClaude(node) ? fromClaude : fromPreset);
  });
}

/** The built-in tools that change nothing, by one word. */
export const readOnlyPreset = 'read-only';

/** Built-in tools that change nothing. */
export const readingTools: readonly BuiltinTool[] = ['read', 'ls', 'glob', 'grep'];

function fromPreset(tool: NamedTool): NamedTool[] {
  return tool.name === readOnlyPreset ? readingTools.map((name) => ({ ...tool, name })) : [tool];
}

function fromClaude(tool: NamedTool): NamedTool[] {
  const [word = ''] = tool.written.split('(');
  if (claudeOnly.has(word)) return [];
  const ours = Object.hasOwn(claudeNames, word) ? claudeNames[word] : undefined;
  return [{ ...tool, written: word, name: ours ?? word.replace(/^mcp__/, '') }];
}
