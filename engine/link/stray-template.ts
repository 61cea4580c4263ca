import type { Json } from '../core/json.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';

/**
 * Reports `{{ name }}` in a value, which takes `${{ }}` and would keep it as the text it is. Only names that the value may read
 * count: other braces may be meant for somebody else.
 */
export function reportStrayTemplates(reporter: Reporter, node: Node, names: ReadonlySet<string>): void {
  if (!hasBraces(node.value)) return;
  const text = node.text();
  if (text === undefined) {
    for (const [, inner] of node.entries()) reportStrayTemplates(reporter, inner, names);
    for (const inner of node.list()) reportStrayTemplates(reporter, inner, names);
    return;
  }
  if (!text.includes('{{') || text.includes('${{')) return;
  for (const { 0: whole, 1: path = '', index } of text.matchAll(/\{\{\{?\s*([A-Za-z_][\w.]*)\s*\}?\}\}/g)) {
    const [head = ''] = path.split('.');
    if (!names.has(head)) continue;
    const isAll = text.trim() === whole;
    const cure = isAll ? `"\${{ ${path} }}"` : `one "\${{ }}" around the whole value, with + between texts`;
    const offset = node.source.rangeWithin(node.pointer, index, index + whole.length).start.offset;
    reporter.report(
      node,
      'expr/template-in-value',
      `"{{ }}" means nothing in a value, and stays as it is; write ${cure}`,
      {
        within: { start: index, end: index + whole.length },
        ...(isAll && !whole.startsWith('{{{')
          ? {
              fix: {
                title: `write "\${{ ${path} }}"`,
                safe: false,
                edits: [{ start: offset, end: offset, text: '$' }],
              },
            }
          : {}),
      },
    );
    return;
  }
}

/** Nearly all values have none, which is seen without a node for each of their parts. */
function hasBraces(value: Json | undefined): boolean {
  if (typeof value === 'string') return value.includes('{{') && !value.includes('${{');
  return typeof value === 'object' && value !== null && Object.values(value).some(hasBraces);
}
