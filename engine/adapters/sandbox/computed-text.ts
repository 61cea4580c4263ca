import { isReserved } from './command-environment.ts';
import { literalPart, partsOf, wordOf, type SyntaxNode } from './policy-words.ts';

/**
 * Whether a script may give the shell text to parse while it runs (`eval`, `bash -c`, arithmetic with variables, `${!name}`), which nobody
 * has looked at before. False only for what is known to do no such thing.
 */
export function meetsComputedText(script: SyntaxNode): boolean {
  return holds(script);
}

function holds(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holds);
  if (typeof value !== 'object' || value === null) return false;
  const node = value as SyntaxNode;
  return isComputing(node) || Object.values(node).some(holds);
}

/** Nodes that give the shell nothing to parse but what is in their child nodes. */
const plain = new Set([
  ...['Script', 'Statement', 'Pipeline', 'SimpleCommand', 'Assignment', 'Redirection', 'HereDoc'],
  ...['If', 'For', 'While', 'Until', 'Case', 'CaseItem', 'Subshell', 'Group'],
  ...['Word', 'Literal', 'SingleQuoted', 'DoubleQuoted', 'Escaped', 'Glob', 'TildeExpansion'],
  ...['ParameterExpansion', 'CommandSubstitution', 'BraceExpansion', 'Range', 'Length'],
  ...['DefaultValue', 'UseAlternative', 'ErrorIfUnset', 'PatternRemoval', 'CaseModification'],
]);

/** Commands that read no text as shell or arithmetic, whatever their arguments are. */
const plainCommands = new Set([
  ...[':', 'true', 'false', 'echo', 'pwd', 'cd', 'ls', 'cat', 'head', 'tail', 'wc', 'sort', 'uniq', 'cut'],
  ...['tr', 'tee', 'tac', 'rev', 'nl', 'paste', 'mkdir', 'rmdir', 'rm', 'cp', 'mv', 'touch', 'ln', 'stat'],
  ...['basename', 'dirname', 'readlink', 'realpath', 'grep', 'egrep', 'fgrep', 'diff', 'seq', 'sleep'],
  ...['date', 'du', 'tree', 'file', 'base64', 'md5sum', 'sha1sum', 'sha256sum', 'which', 'jq'],
]);

/** Tests of one word; the word is never a name to look at. */
const plainTests = /^-[a-uw-zA-QS-Z]$/;

function isComputing(node: SyntaxNode): boolean {
  const type = node['type'];
  if (typeof type === 'string' && !plain.has(type)) return true;
  switch (type) {
    case 'SimpleCommand':
      return isComputingCommand(node);
    case 'Assignment':
      return node['array'] !== null || !isPlainName(node['name']);
    case 'For':
      return !isPlainName(node['variable']);
    case 'Redirection':
      return node['fdVariable'] !== undefined && !isPlainName(node['fdVariable']);
    case 'ParameterExpansion':
      return !/^([A-Za-z_]\w*|\d+|[@*#?$!-])$/.test(String(node['parameter']));
    case 'Glob':
      return /[`$]/.test(String(node['pattern']));
    default:
      return false;
  }
}

function isComputingCommand(node: SyntaxNode): boolean {
  if (node['name'] === null) return false;
  const name = wordOf(node['name'] as SyntaxNode).text ?? '';
  const args = node['args'] as readonly SyntaxNode[];
  if (plainCommands.has(name)) return false;
  const [first] = args;
  if (first === undefined) return true;
  const { text } = wordOf(first);
  if (text === undefined) return true;
  if (name === 'printf') return text.startsWith('-');
  if (name === 'exit') return !/^\d+$/.test(text);
  if (name === '[' || name === 'test') return !isPlainTest(text, args, name);
  return true;
}

/** `[ -f "$file" ]`: what is tested is one quoted word. */
function isPlainTest(operator: string, args: readonly SyntaxNode[], name: string): boolean {
  const [, tested] = args;
  const isOneWord =
    tested !== undefined &&
    partsOf(tested).every((part) => part['type'] === 'DoubleQuoted' || literalPart(part) !== undefined);
  return plainTests.test(operator) && isOneWord && args.length === (name === '[' ? 3 : 2);
}

/** A variable that changes nothing but what it holds. */
function isPlainName(name: unknown): boolean {
  const text = String(name);
  return /^[A-Za-z_]\w*$/.test(text) && !isReserved(text);
}
