import { literalPart, partsOf, type SyntaxNode } from './policy-words.ts';

/**
 * A checked script as text for `sh`, with every literal in single quotes, so that the shell cannot read it in another way than the check did.
 * Throws an Error that names the syntax which only a virtual sandbox understands.
 */
export function shellText(script: SyntaxNode): string {
  return list(nodes(script, 'statements'));
}

function list(statements: readonly SyntaxNode[]): string {
  return statements.map(statement).join('\n');
}

function statement(node: SyntaxNode): string {
  const operators = node['operators'] as readonly string[];
  const text = nodes(node, 'pipelines')
    .map((one, index) => `${index === 0 ? '' : ` ${operators[index - 1] ?? ';'} `}${pipeline(one)}`)
    .join('');
  return node['background'] === true ? `${text} &` : text;
}

function pipeline(node: SyntaxNode): string {
  if (node['timed'] === true) throw new Error('"time"');
  if ((node['pipeStderr'] as readonly boolean[] | undefined)?.includes(true) === true)
    throw new Error('"|&"');
  return `${node['negated'] === true ? '! ' : ''}${nodes(node, 'commands').map(command).join(' | ')}`;
}

function command(node: SyntaxNode): string {
  const redirected = (text: string): string => text + nodes(node, 'redirections').map(redirection).join('');
  switch (node['type']) {
    case 'SimpleCommand': {
      const name = node['name'] as SyntaxNode | null;
      const words = [
        ...nodes(node, 'assignments').map(assignment),
        ...(name === null ? [] : [name]).map(word),
        ...nodes(node, 'args').map(word),
      ];
      return redirected(words.join(' '));
    }
    case 'Subshell':
      return redirected(`(\n${list(nodes(node, 'body'))}\n)`);
    case 'Group':
      return redirected(`{\n${list(nodes(node, 'body'))}\n}`);
    case 'If': {
      const clauses = nodes(node, 'clauses').map(
        (clause, index) =>
          `${index === 0 ? 'if' : 'elif'} ${list(nodes(clause, 'condition'))}\nthen ${list(nodes(clause, 'body'))}\n`,
      );
      const other = node['elseBody'] === null ? '' : `else ${list(nodes(node, 'elseBody'))}\n`;
      return redirected(`${clauses.join('')}${other}fi`);
    }
    case 'For': {
      const words = node['words'] === null ? '' : ` in ${nodes(node, 'words').map(word).join(' ')}`;
      return redirected(`for ${String(node['variable'])}${words}\ndo ${list(nodes(node, 'body'))}\ndone`);
    }
    case 'While':
    case 'Until':
      return redirected(
        `${node['type'].toLowerCase()} ${list(nodes(node, 'condition'))}\ndo ${list(nodes(node, 'body'))}\ndone`,
      );
    default:
      throw new Error(`"${String(node['type'])}"`);
  }
}

function assignment(node: SyntaxNode): string {
  if (node['append'] === true || node['array'] !== null) throw new Error('lists and "+="');
  const value = node['value'] as SyntaxNode | null;
  return `${String(node['name'])}=${value === null ? '' : word(value)}`;
}

function redirection(node: SyntaxNode): string {
  const operator = String(node['operator']);
  const target = node['target'] as SyntaxNode;
  const fd = node['fd'] === null ? '' : String(node['fd']);
  if (target['type'] === 'HereDoc' || operator === '<<<') {
    const content = (target['type'] === 'HereDoc' ? target['content'] : target) as SyntaxNode;
    const texts = partsOf(content).map(literalPart);
    if (texts.includes(undefined))
      throw new Error('a here-document with variables (quote the word after "<<")');
    const text = `${texts.join('')}${operator === '<<<' ? '\n' : ''}`;
    const strip = target['stripTabs'] === true ? text.replace(/^\t+/gm, '') : text;
    return ` ${fd}<<'${endOf(strip)}'\n${strip === '' || strip.endsWith('\n') ? strip : `${strip}\n`}${endOf(strip)}\n`;
  }
  if (operator === '&>' || operator === '&>>') return ` ${operator.slice(1)}${word(target)} 2>&1`;
  if (!['<', '>', '>>', '>|', '>&', '<&'].includes(operator)) throw new Error(`"${operator}"`);
  if (!operator.endsWith('&')) return ` ${fd}${operator}${word(target)}`;
  const to = partsOf(target).map(literalPart).join('');
  if (!/^(\d+|-)$/.test(to)) throw new Error(`"${operator}" with a file`);
  return ` ${fd}${operator}${to}`;
}

/** A line that a text does not hold. */
function endOf(text: string): string {
  let end = 'END';
  while (text.includes(end)) end += '_';
  return end;
}

function word(node: SyntaxNode): string {
  const parts = partsOf(node).map(wordPart);
  return parts.length === 0 ? "''" : parts.join('');
}

function wordPart(part: SyntaxNode): string {
  const text = literalPart(part);
  if (text !== undefined) return quoted(text);
  switch (part['type']) {
    case 'DoubleQuoted':
      return partsOf(part)
        .map((inner) => {
          const literal = literalPart(inner);
          return literal === undefined ? `"${expansion(inner)}"` : quoted(literal);
        })
        .join('');
    case 'Glob': {
      const pattern = String(part['pattern']);
      if (!/^([*?]+|\[!?[A-Za-z0-9_.-]+\])$/.test(pattern)) throw new Error(`the pattern "${pattern}"`);
      return pattern;
    }
    default:
      return expansion(part);
  }
}

function expansion(part: SyntaxNode): string {
  if (part['type'] === 'ParameterExpansion' && part['operation'] === null)
    return `\${${String(part['parameter'])}}`;
  if (part['type'] === 'CommandSubstitution') return `$(\n${shellText(part['body'] as SyntaxNode)}\n)`;
  if (part['type'] === 'TildeExpansion' && part['user'] === null) return '"${HOME}"';
  throw new Error(`"${String(part['type'])}"`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function nodes(node: SyntaxNode, key: string): readonly SyntaxNode[] {
  return (node[key] ?? []) as readonly SyntaxNode[];
}
