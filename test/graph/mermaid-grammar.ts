/** Label of the part of Mermaid's flowcharts that drawings use: nothing in it ends the quotes, or means HTML, Markdown or a directive. */
const label = String.raw`"(?:[^"<>&\x60*[\]|%$~#;\\\p{Cc}]|#\d{1,7};|<br/>)+"`;

const shapes = [
  String.raw`\[${label}\]`,
  String.raw`\[\[${label}\]\]`,
  String.raw`\[/${label}/\]`,
  String.raw`\(${label}\)`,
  String.raw`\(\(${label}\)\)`,
  String.raw`\(\[${label}\]\)`,
  String.raw`\{${label}\}`,
  String.raw`\{\{${label}\}\}`,
  String.raw`>${label}\]`,
];

const lines = {
  node: new RegExp(`^ +(n\\d+)(?:${shapes.join('|')})$`, 'u'),
  open: new RegExp(`^ +subgraph (n\\d+)\\[${label}\\]$`, 'u'),
  close: /^ +end$/,
  edge: new RegExp(`^ {2}(n\\d+) (?:-->|-\\.->)(?:\\|${label}\\|)? (n\\d+)$`, 'u'),
};

/** What is no flowchart of Mermaid in a text, a line each: form of the lines, nesting, and names that are used without being there. */
export function mermaidFaults(text: string): string[] {
  const [first, title, third, kind, ...rest] = text.split('\n');
  const faults: string[] = [];
  if (first !== '---' || third !== '---' || kind !== 'flowchart TD' || !/^title: ".*"$/.test(title ?? ''))
    faults.push('the head is wrong');
  const known = new Set<string>();
  let depth = 0;
  for (const line of rest) {
    const opened = lines.open.exec(line)?.[1] ?? lines.node.exec(line)?.[1];
    const edge = lines.edge.exec(line);
    if (opened !== undefined) {
      if (known.has(opened)) faults.push(`twice: ${line}`);
      known.add(opened);
      if (lines.open.test(line)) depth += 1;
    } else if (lines.close.test(line)) depth -= 1;
    else if (edge !== null) {
      if (!known.has(edge[1] ?? '') || !known.has(edge[2] ?? '')) faults.push(`from or to nowhere: ${line}`);
    } else faults.push(`no line of a flowchart: ${line}`);
  }
  return depth === 0 ? faults : [...faults, 'subgraphs are not closed'];
}
