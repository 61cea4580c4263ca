import { isReserved } from './command-environment.ts';
import { wordOf, type CommandWord, type SyntaxNode } from './policy-words.ts';

/** What a command line is made of. */
export interface CommandLine {
  /** Every simple command of the line, at any depth. */
  readonly commands: readonly { readonly name: CommandWord; readonly args: readonly CommandWord[] }[];
  /** Files that redirections name. */
  readonly redirections: readonly { readonly target: CommandWord; readonly writes: boolean }[];
  /** Whether the line is one simple command with its arguments and nothing else. */
  readonly isSimple: boolean;
}

/**
 * What a parsed script is made of, or what is wrong with it: only nodes whose meaning is known in full are passed, names of commands
 * are written out, and no variable is set that changes what commands mean.
 */
export function readLine(script: SyntaxNode): CommandLine | string {
  const commands: CommandLine['commands'][number][] = [];
  const redirections: CommandLine['redirections'][number][] = [];
  const fault = collect(script);
  return fault ?? { commands, redirections, isSimple: isSimple(script) };

  function collect(value: unknown): string | undefined {
    if (Array.isArray(value)) return firstFault(value);
    if (typeof value !== 'object' || value === null) return undefined;
    const node = value as SyntaxNode;
    const own = ownFault(node);
    if (own !== undefined) return own;
    if (node['type'] === 'SimpleCommand' && node['name'] !== null && node['name'] !== undefined) {
      const name = wordOf(node['name'] as SyntaxNode);
      if (name.text === undefined) return 'a command name must be written out, not computed';
      commands.push({ name, args: (node['args'] as readonly SyntaxNode[]).map(wordOf) });
    }
    if (node['type'] === 'Redirection') {
      const target = node['target'] as SyntaxNode;
      const operator = String(node['operator']);
      const isFile = target['type'] === 'Word' && operator !== '<<<' && !isDescriptor(operator, target);
      if (isFile)
        redirections.push({ target: wordOf(target), writes: operator !== '<' && operator !== '<&' });
    }
    return firstFault(Object.values(node));
  }

  function firstFault(values: readonly unknown[]): string | undefined {
    for (const value of values) {
      const fault = collect(value);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
}

/** `2>&1`, `3>&-`: nothing is opened. */
function isDescriptor(operator: string, target: SyntaxNode): boolean {
  return (operator === '>&' || operator === '<&') && /^(\d+|-)$/.test(wordOf(target).text ?? '');
}

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

function ownFault(node: SyntaxNode): string | undefined {
  const type = node['type'];
  if (typeof type === 'string' && !understood.has(type)) return `shell syntax ${words(type)} is not allowed`;
  if (node['deferredError'] !== undefined) return 'the command has a syntax error';
  switch (type) {
    case 'Assignment':
      return nameFault(node['name']);
    case 'For':
    case 'ArithAssignment':
      return nameFault(node['variable']);
    case 'Redirection':
      return node['fdVariable'] === undefined ? undefined : nameFault(node['fdVariable']);
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

function nameFault(name: unknown): string | undefined {
  const text = String(name);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return 'only plain variables may be assigned';
  return isReserved(text) ? `variable "${text}" may not be set` : undefined;
}

function isSimple(script: SyntaxNode): boolean {
  const statements = script['statements'] as readonly SyntaxNode[];
  const [statement] = statements;
  if (statements.length !== 1 || statement === undefined || statement['background'] === true) return false;
  const pipelines = statement['pipelines'] as readonly SyntaxNode[];
  const [pipeline] = pipelines;
  if (pipelines.length !== 1 || pipeline?.['negated'] === true || pipeline?.['timed'] === true) return false;
  const commands = (pipeline?.['commands'] ?? []) as readonly SyntaxNode[];
  const [command] = commands;
  if (commands.length !== 1 || command?.['type'] !== 'SimpleCommand' || command['name'] === null)
    return false;
  const extras = [...(command['assignments'] as unknown[]), ...(command['redirections'] as unknown[])];
  return extras.length === 0 && !holdsScript(command);
}

/** Whether a node holds a command of its own: a substitution. */
function holdsScript(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsScript);
  if (typeof value !== 'object' || value === null) return false;
  const node = value as SyntaxNode;
  const isScript = node['type'] === 'CommandSubstitution' || node['type'] === 'ProcessSubstitution';
  return isScript || Object.values(node).some(holdsScript);
}

/** `FunctionDef` as `function def`. */
function words(type: string): string {
  return `"${type.replace(/(?<=[a-z])([A-Z])/g, ' $1').toLowerCase()}"`;
}
