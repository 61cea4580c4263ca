import { RE2JS } from 're2js';
import type { ModelRequest } from '../../ports/model.ts';
import type { ScriptRule } from '../../program/model.ts';
import { createScope, type ScriptScope } from './script-scope.ts';

/** A rule that matches, with the groups of its pattern. */
export interface FoundRule {
  readonly rule: ScriptRule;
  readonly groups: Readonly<Record<string, string>> | undefined;
}

/** The first rule all of whose matchers hold. Throws Problem `expression_failed` when a `when` fails. */
export function findRule(
  rules: readonly ScriptRule[],
  request: ModelRequest,
  scope: ScriptScope,
): FoundRule | undefined {
  for (const rule of rules) {
    if (!fits(rule.match, request, scope)) continue;
    const groups = rule.match.pattern === undefined ? undefined : findGroups(rule.match.pattern, scope.text);
    if (groups === null) continue;
    const { when } = rule.match;
    if (when !== undefined && when.evaluate(groups ? createScope(request, groups) : scope) !== true) continue;
    return { rule, groups };
  }
  return undefined;
}

/** The cheap matchers. */
function fits(match: ScriptRule['match'], request: ModelRequest, scope: ScriptScope): boolean {
  if (match.turn !== undefined && match.turn !== scope.turn) return false;
  if (match.agent !== undefined && match.agent !== scope.agent) return false;
  if (match.step !== undefined && !isStep(match.step, request.origin.stepPath)) return false;
  if (match.text !== undefined && !scope.text.toLowerCase().includes(match.text.toLowerCase())) return false;
  return match.tool === undefined || answersTool(request, match.tool);
}

function answersTool(request: ModelRequest, tool: string): boolean {
  const last = request.messages.at(-1);
  return last?.role === 'tool' && last.content.some((part) => part.toolName === tool);
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
