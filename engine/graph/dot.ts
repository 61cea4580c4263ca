import { groupTitle, type Diagram, type DiagramEdge, type DiagramNode } from './diagram.ts';

/** A diagram in DOT, the language of Graphviz. */
export function toDot({ workflow, nodes, groups, edges }: Diagram): string {
  const lines = [
    `digraph ${quoted(workflow)} {`,
    '  graph [rankdir=TB, fontname="Helvetica", fontsize=11, labeljust=l, style="rounded", color="#999999"]',
    '  node [fontname="Helvetica", fontsize=11, shape=box, style="rounded,filled", fillcolor="#f6f8fa", color="#57606a"]',
    '  edge [fontname="Helvetica", fontsize=10, color="#57606a"]',
  ];
  const draw = (group: string | undefined, indent: string): void => {
    for (const node of nodes.filter((each) => each.group === group))
      lines.push(`${indent}${quoted(node.id)} [${attributes({ label: labelOf(node), ...looks(node) })}]`);
    for (const inner of groups.filter((each) => each.group === group)) {
      lines.push(`${indent}subgraph ${quoted(`cluster ${inner.id}`)} {`);
      lines.push(`${indent}  ${attributes({ label: text(groupTitle(inner)) }, '; ')}`);
      draw(inner.id, `${indent}  `);
      lines.push(`${indent}}`);
    }
  };
  draw(undefined, '  ');
  for (const { from, to, kind, label } of edges) {
    const given = { ...(label === undefined ? {} : { label: text(label) }), ...edgeLooks[kind] };
    const list = Object.keys(given).length === 0 ? '' : ` [${attributes(given)}]`;
    lines.push(`  ${quoted(from)} -> ${quoted(to)}${list}`);
  }
  return [...lines, '}'].join('\n');
}

type Looks = Readonly<Record<string, string>>;

const edgeLooks: Readonly<Record<DiagramEdge['kind'], Looks>> = {
  next: {},
  again: { constraint: 'false' },
  catch: { style: 'dashed', color: '#cf222e', fontcolor: '#cf222e' },
};

function looks({ kind, verb }: DiagramNode): Looks {
  switch (kind) {
    case 'start':
    case 'end':
      return { shape: 'oval', style: 'filled', fillcolor: '#ddf4ff' };
    case 'choice':
      return { shape: 'diamond', style: 'filled', fillcolor: '#fff8c5' };
    case 'repeat':
      return { shape: 'hexagon', style: 'filled' };
    case 'fork':
    case 'join':
      return { shape: 'oval', style: 'filled' };
    case 'recover':
      return { style: 'rounded,dashed' };
    case 'step':
      break;
  }
  if (verb === 'return') return { shape: 'oval', style: 'filled', fillcolor: '#dafbe1' };
  if (verb === 'fail') return { shape: 'octagon', style: 'filled', fillcolor: '#ffebe9' };
  if (verb === 'approval' || verb === 'ask')
    return { shape: 'parallelogram', style: 'filled', fillcolor: '#fbefff' };
  if (verb === 'wait') return { shape: 'cds', style: 'filled', fillcolor: '#fbefff' };
  if (verb === 'workflow') return { peripheries: '2' };
  return {};
}

function labelOf({ title, verb, detail }: DiagramNode): string {
  const head = text(verb === undefined ? title : `${title} (${verb})`);
  return detail === undefined ? head : `${head}\\n${text(detail)}`;
}

function attributes(given: Looks, between = ', '): string {
  return Object.entries(given)
    .map(([key, value]) => `${key}="${value}"`)
    .join(between);
}

/** A text as it stands inside the quotes of a label, where Graphviz reads entities and escapes. */
function text(plain: string): string {
  return plain.replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

/** An identifier, where a backslash before a quote would let it go on. */
function quoted(id: string): string {
  return `"${id.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
