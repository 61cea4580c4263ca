import { segmentsOf } from '../../core/json-pointer.ts';
import { rootOf, type Node, type Source } from '../../source/index.ts';
import type { Rule } from '../rule.ts';

/** An expression that is only a text, a number, `true`, `false` or `null` is that value with more to read. */
export const bracesNotNeeded: Rule = {
  id: 'style/braces-not-needed',
  level: 'info',
  preset: 'strict',
  check({ facts, sources }, report) {
    const byFile = new Map(sources.map((source) => [source.file, source]));
    for (const { file, pointer, syntax, source: text } of facts.expressions) {
      const source = byFile.get(file);
      const value = syntax === 'value' ? plainOf(text.trim()) : undefined;
      if (source === undefined || value === undefined || !isWhole(nodeAt(source, pointer), text)) continue;
      const { start, end } = source.rangeOf(pointer);
      report(
        { file, pointer, range: { start, end } },
        `the value is always ${value}; write it without "\${{ }}"`,
        {
          fix: {
            title: `replace with ${value}`,
            safe: true,
            edits: [{ start: start.offset, end: end.offset, text: value }],
          },
        },
      );
    }
  },
};

/** The YAML of a CEL literal without escapes; undefined for everything else. */
function plainOf(text: string): string | undefined {
  if (/^(?:true|false|null|-?(?:0|[1-9]\d{0,14})(?:\.\d{1,6})?)$/.test(text)) return text;
  const inner = /^"([^"\\\n]*)"$/.exec(text)?.[1] ?? /^'([^'\\\n]*)'$/.exec(text)?.[1];
  return inner === undefined ? undefined : JSON.stringify(inner);
}

/** Block scalars are left alone: their text is not one stretch of the file. */
function isWhole(node: Node, text: string): boolean {
  const { start, end } = node.source.rangeOf(node.pointer);
  const written = node.source.text.slice(start.offset, end.offset).replace(/^(["'])([\s\S]*)\1$/, '$2');
  return (
    !/^[|>]/.test(written) && /^\$\{\{[\s\S]*\}\}$/.test(written) && written.includes(text.trim().slice(0, 1))
  );
}

function nodeAt(source: Source, pointer: string): Node {
  return segmentsOf(pointer).reduce(
    (node, segment) => node.get(Array.isArray(node.value) ? Number(segment) : segment),
    rootOf(source),
  );
}
