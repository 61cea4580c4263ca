import { groupTitle, type Diagram, type DiagramEdge, type DiagramNode } from './diagram.ts';

/** A diagram as a Mermaid flowchart, for pages that draw it, such as those of GitHub. No text in it can break out of its label. */
export function toMermaid({ workflow, nodes, groups, edges }: Diagram): string {
  const ids = new Map([...nodes, ...groups].map(({ id }, index) => [id, `n${index}`]));
  const name = (id: string): string => ids.get(id) ?? id;
  const lines = ['---', `title: ${JSON.stringify(workflow)}`, '---', 'flowchart TD'];
  const draw = (group: string | undefined, indent: string): void => {
    for (const node of nodes.filter((each) => each.group === group))
      lines.push(`${indent}${name(node.id)}${shaped(node)}`);
    for (const inner of groups.filter((each) => each.group === group)) {
      lines.push(`${indent}subgraph ${name(inner.id)}["${escape(groupTitle(inner))}"]`);
      draw(inner.id, `${indent}  `);
      lines.push(`${indent}end`);
    }
  };
  draw(undefined, '  ');
  for (const { from, to, kind, label } of edges) {
    const text = label === undefined ? '' : `|"${escape(label)}"|`;
    lines.push(`  ${name(from)} ${arrows[kind]}${text} ${name(to)}`);
  }
  return lines.join('\n');
}

const arrows: Readonly<Record<DiagramEdge['kind'], string>> = { next: '-->', again: '-->', catch: '-.->' };

function shaped(node: DiagramNode): string {
  const [before, after] = shapeOf(node);
  const detail = node.detail === undefined ? '' : `<br/>${escape(node.detail)}`;
  const verb = node.verb === undefined ? '' : ` (${node.verb})`;
  return `${before}"${escape(node.title)}${verb}${detail}"${after}`;
}

function shapeOf({ kind, verb }: DiagramNode): readonly [string, string] {
  switch (kind) {
    case 'start':
    case 'end':
      return ['([', '])'];
    case 'choice':
      return ['{', '}'];
    case 'repeat':
      return ['{{', '}}'];
    case 'fork':
    case 'join':
      return ['((', '))'];
    case 'recover':
      return ['(', ')'];
    case 'step':
      break;
  }
  if (verb === 'return' || verb === 'fail') return ['([', '])'];
  if (verb === 'approval' || verb === 'ask') return ['[/', '/]'];
  if (verb === 'wait') return ['>', ']'];
  if (verb === 'workflow') return ['[[', ']]'];
  return ['[', ']'];
}

/**
 * A text inside the quotes of a label. Mermaid reads HTML, Markdown, links and directives there, so whatever could be part of these is
 * written by its number. A label may not be empty.
 */
function escape(text: string): string {
  return text === '' ? ' ' : text.replaceAll(special, numbers);
}

const special = new RegExp(
  [
    // What is no letter, digit, picture or harmless sign.
    "[^\\p{L}\\p{M}\\p{N}\\p{Extended_Pictographic} .,=…_/?!(){}'-]",
    // Signs that mean something in one place only: emphasis, lists, addresses.
    '(?<![\\p{L}\\p{N}])_|_(?![\\p{L}\\p{N}])',
    '^-',
    '(?<=^\\d+|www)\\.',
    '(?<=/)/',
  ].join('|'),
  'gu',
);

function numbers(found: string): string {
  return [...found].map((character) => `#${character.codePointAt(0) ?? 0};`).join('');
}
