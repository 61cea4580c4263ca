import { Problem } from '../../core/problem.ts';
import type { Shell } from './shell.ts';

/**
 * Throws Problem `sandbox_denied` unless every command in a script, at any depth (substitutions, loops, groups, here-documents),
 * is a literal name of `allowed` or a shell word that does nothing by itself (`cd`, `test`, `true`, `exit` …).
 * Decided on the syntax tree, never on text; whatever is not understood is refused.
 */
export function admitScript(shell: Shell, script: string, allowed: readonly string[]): void {
  const hint = `allowed commands: ${allowed.join(', ')}`;
  const fault = hasControlCharacter(script)
    ? 'control characters are not allowed in a command'
    : faultOf(tryParse(shell, script, hint), new Set([...allowed, ...harmless]));
  if (fault !== undefined) throw new Problem('sandbox_denied', `${fault}; ${hint}`);
}

const harmless = [':', 'true', 'false', 'test', '[', 'cd', 'exit', 'break', 'continue'];

/** Variables that change which command a name means or how words are split. */
const guarded = /^(PATH|IFS|ENV|BASH.*|SHELLOPTS|PS4|PROMPT_COMMAND|LD_.*)$/;

/** Nodes whose meaning is fully in their child nodes. */
const understood = new Set([
  ...['Script', 'Statement', 'Pipeline', 'SimpleCommand', 'Assignment', 'Redirection', 'HereDoc'],
  ...['If', 'For', 'While', 'Until', 'Case', 'CaseItem', 'Subshell', 'Group', 'ConditionalCommand'],
  ...['CondBinary', 'CondUnary', 'CondNot', 'CondAnd', 'CondOr', 'CondGroup', 'CondWord'],
  ...['Word', 'Literal', 'SingleQuoted', 'DoubleQuoted', 'Escaped', 'Glob', 'TildeExpansion'],
  ...['ParameterExpansion', 'CommandSubstitution', 'ProcessSubstitution', 'BraceExpansion'],
  ...['ArithmeticExpansion', 'ArithmeticExpression', 'ArithNumber', 'ArithVariable', 'ArithSpecialVar'],
  ...['ArithBinary', 'ArithUnary', 'ArithTernary', 'ArithAssignment', 'ArithGroup', 'ArithNested'],
  ...['ArithmeticCommand', 'CStyleFor', 'ArithSingleQuote'],
  ...['DefaultValue', 'UseAlternative', 'ErrorIfUnset', 'Length', 'Substring', 'PatternRemoval'],
  ...['PatternReplacement', 'CaseModification', 'Range'],
]);

type Node = Readonly<Record<string, unknown>>;

function hasControlCharacter(script: string): boolean {
  for (const character of script) {
    const code = character.codePointAt(0) ?? 0;
    if ((code < 32 && code !== 9 && code !== 10) || code === 127) return true;
  }
  return false;
}

function tryParse(shell: Shell, script: string, hint: string): unknown {
  try {
    return shell.parse(script);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Problem('sandbox_denied', `the command could not be parsed (${reason}); ${hint}`, {
      cause: thrown,
    });
  }
}

/** What is wrong with a node or anything below it, or undefined. */
function faultOf(value: unknown, allowed: ReadonlySet<string>): string | undefined {
  if (Array.isArray(value)) {
    for (const item of value) {
      const fault = faultOf(item, allowed);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const node = value as Node;
  return ownFault(node, allowed) ?? faultOf(Object.values(node), allowed);
}

function ownFault(node: Node, allowed: ReadonlySet<string>): string | undefined {
  const type = node['type'];
  if (typeof type === 'string' && !understood.has(type)) return `shell syntax ${words(type)} is not allowed`;
  if (node['deferredError'] !== undefined) return 'the command has a syntax error';
  switch (type) {
    case 'SimpleCommand':
      return commandFault(node['name'], allowed);
    case 'Assignment':
      return nameFault(node['name']);
    case 'For':
      return nameFault(node['variable']);
    case 'Redirection':
      return node['fdVariable'] === undefined ? undefined : nameFault(node['fdVariable']);
    case 'ArithAssignment':
      return nameFault(node['variable']);
    case 'ParameterExpansion':
      return /^([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])$/.test(String(node['parameter']))
        ? undefined
        : 'this kind of parameter expansion is not allowed';
    case 'Glob':
      return /[`$]/.test(String(node['pattern']))
        ? 'substitutions inside patterns are not allowed'
        : undefined;
    case 'ArithmeticExpression':
      return /[`$'"]/.test(String(node['originalText'] ?? '').replace(/\$\{?[A-Za-z_][A-Za-z0-9_]*\}?/g, ''))
        ? 'substitutions inside arithmetic are not allowed'
        : undefined;
    default:
      return undefined;
  }
}

function commandFault(name: unknown, allowed: ReadonlySet<string>): string | undefined {
  if (name === null || name === undefined) return undefined;
  const literal = literalOf(name as Node);
  if (literal === undefined) return 'a command name must be written out, not computed';
  return allowed.has(literal) ? undefined : `command ${JSON.stringify(literal)} is not allowed`;
}

/** The text of a word that holds no expansion of any kind. */
function literalOf(word: Node): string | undefined {
  let text = '';
  for (const part of (word['parts'] ?? []) as readonly Node[]) {
    switch (part['type']) {
      case 'Literal':
      case 'SingleQuoted':
      case 'Escaped':
        text += String(part['value']);
        break;
      case 'Glob':
        if (part['pattern'] !== '[') return undefined;
        text += '[';
        break;
      case 'DoubleQuoted': {
        const inner = literalOf(part);
        if (inner === undefined) return undefined;
        text += inner;
        break;
      }
      default:
        return undefined;
    }
  }
  return text;
}

function nameFault(name: unknown): string | undefined {
  const text = String(name);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return 'only plain variables may be assigned';
  return guarded.test(text) ? `variable "${text}" may not be set` : undefined;
}

/** `FunctionDef` as `function def`. */
function words(type: string): string {
  return `"${type.replace(/(?<=[a-z])([A-Z])/g, ' $1').toLowerCase()}"`;
}
