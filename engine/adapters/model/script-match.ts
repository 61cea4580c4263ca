import { RE2JS } from 're2js';
import type { ModelRequest } from '../../ports/model.ts';
import type { ScriptRule } from '../../program/model.ts';
import { createScope, type ScriptScope } from './script-scope.ts';

/** How often each rule of an engine's scripted models has been given. */
export type ScriptUses = WeakMap<ScriptRule, number>;

/** A rule that matches, with the groups of its pattern. */
export interface FoundRule {
  readonly rule: ScriptRule;
  readonly groups: Readonly<Record<string, string>> | undefined;
}

/**
 * The first rule all of whose matchers hold and that may still be given, or why each does not fit. Throws Problem
 * `expression_failed` when a `when` fails.
 */
export function findRule(
  rules: readonly ScriptRule[],
  request: ModelRequest,
  scope: ScriptScope,
  uses: ScriptUses,
): FoundRule | { readonly why: () => readonly string[] } {
  const misfits: { readonly rule: ScriptRule; readonly key: MatchKey }[] = [];
  for (const rule of rules) {
    const key = misfit(rule, request, scope, uses);
    if (key !== undefined) {
      misfits.push({ rule, key });
      continue;
    }
    const groups = rule.match.pattern === undefined ? undefined : findGroups(rule.match.pattern, scope.text);
    if (groups === null) {
      misfits.push({ rule, key: 'pattern' });
      continue;
    }
    const { when } = rule.match;
    const holds = when === undefined || when.evaluate(groups ? createScope(request, groups) : scope) === true;
    if (holds) return { rule, groups };
    misfits.push({ rule, key: 'when' });
  }
  return { why: () => misfits.map(({ rule, key }) => reason(rule, key, request, scope)) };
}

type MatchKey = keyof ScriptRule['match'] | 'times';

/** The first of the cheap matchers that does not hold. */
function misfit(
  rule: ScriptRule,
  request: ModelRequest,
  scope: ScriptScope,
  uses: ScriptUses,
): MatchKey | undefined {
  const { match, times } = rule;
  if (times !== undefined && (uses.get(rule) ?? 0) >= times) return 'times';
  if (match.turn !== undefined && match.turn !== scope.turn) return 'turn';
  if (match.agent !== undefined && match.agent !== scope.agent) return 'agent';
  if (match.step !== undefined && !isStep(match.step, request.origin.stepPath)) return 'step';
  if (match.text !== undefined && !includes(scope.text, match.text)) return 'text';
  if (match.system !== undefined && !includes(request.system, match.system)) return 'system';
  if (match.tool !== undefined && !answersTool(request, match.tool)) return 'tool';
  if (match.result !== undefined && !hasResult(scope, match.tool, match.result)) return 'result';
  return undefined;
}

/** Why a rule does not fit, in the words of its file. */
function reason(rule: ScriptRule, key: MatchKey, request: ModelRequest, scope: ScriptScope): string {
  const { match, times } = rule;
  switch (key) {
    case 'times':
      return `it was given ${times} time${times === 1 ? '' : 's'} already`;
    case 'turn':
      return `it is for turn ${match.turn}`;
    case 'agent':
      return `it is for agent "${match.agent}"`;
    case 'step':
      return `it is for step "${match.step}"`;
    case 'text':
      return `the message does not contain "${match.text}"`;
    case 'system':
      return `the system prompt does not contain "${match.system}"`;
    case 'tool':
      return `the last message is not the result of tool "${match.tool}"${latestTool(request)}`;
    case 'result':
      return Object.keys(scope.results).length === 0
        ? 'there is no tool result'
        : `no result of ${match.tool === undefined ? 'a tool' : `tool "${match.tool}"`} contains "${match.result}"`;
    case 'pattern':
      return `the message does not match /${match.pattern}/`;
    case 'when':
      return `"${match.when?.source ?? ''}" is not true`;
  }
}

function includes(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

/** Whether the latest result of a tool, or of any, contains a text. */
function hasResult({ results }: ScriptScope, tool: string | undefined, part: string): boolean {
  return Object.entries(results).some(([name, result]) => {
    if (tool !== undefined && name !== tool) return false;
    return includes(typeof result === 'string' ? result : JSON.stringify(result), part);
  });
}

function answersTool(request: ModelRequest, tool: string): boolean {
  const last = request.messages.at(-1);
  return last?.role === 'tool' && last.content.some((part) => part.toolName === tool);
}

function latestTool(request: ModelRequest): string {
  const last = request.messages.at(-1);
  if (last?.role !== 'tool') return '';
  return ` but of ${last.content.map((part) => `"${part.toolName}"`).join(', ')}`;
}

/** Groups by number and by name; groups that took no part are empty. Null when the pattern is not in the text. */
function findGroups(pattern: string, text: string): Readonly<Record<string, string>> | null {
  const regex = compile(pattern);
  const matcher = regex.matcher(text);
  if (!matcher.find()) return null;
  const groups: Record<string, string> = {};
  for (let index = 0; index <= matcher.groupCount(); index += 1)
    groups[String(index)] = matcher.group(index) ?? '';
  for (const [name, index] of Object.entries(regex.namedGroups())) groups[name] = matcher.group(index) ?? '';
  return groups;
}

/** Patterns are those of specs, so there are few. */
function compile(pattern: string): RE2JS {
  let regex = compiled.get(pattern);
  if (regex === undefined) compiled.set(pattern, (regex = RE2JS.compile(pattern)));
  return regex;
}

const compiled = new Map<string, RE2JS>();

/** Whether a step is meant: by its path with indexes or without, or by its id alone. */
function isStep(wanted: string, path: string | undefined): boolean {
  if (path === undefined) return false;
  return path === wanted || path.replace(/\[\d+\]/g, '') === wanted || path.split('/').at(-1) === wanted;
}
