import { isObject } from '../../core/json.ts';
import { rootOf, type Source } from '../../source/index.ts';
import { factsByPlace } from '../facts-at.ts';
import type { Rule } from '../rule.ts';
import { allowsAnyText, schemaAt } from '../schema-at.ts';

/** Text of the input that stands bare in a prompt can pose as a part of it. */
export const unquotedUntrusted: Rule = {
  id: 'security/unquoted-untrusted',
  level: 'warning',
  preset: 'strict',
  check({ sources, facts }, report) {
    const byFile = new Map(sources.map((source) => [source.file, source]));
    for (const [known] of factsByPlace(facts).values()) {
      if (known === undefined) continue;
      const { file, pointer, syntax, source: text, reads, offset } = known;
      const source = byFile.get(file);
      if (source === undefined || syntax !== 'template' || !isSaidToModel(source, pointer)) continue;
      for (const { path, start, end } of reads) {
        if (!isBare(text, start) || !isOpenInput(source, path)) continue;
        const name = path.join('.');
        report(
          { file, pointer, range: source.rangeWithin(pointer, offset + start, offset + end) },
          `"${name}" can be any text, also one that poses as instructions; write "{{quote ${name}}}"`,
        );
      }
    }
  },
};

function isSaidToModel({ kind }: Source, pointer: string): boolean {
  if (kind === 'workflow') return /\/(?:prompt|task|\d+\/message|dispatch\/message)$/.test(pointer);
  return (kind === 'agent' || kind === 'profile') && pointer === '/instructions';
}

/** Whether a read is a mustache of its own, or changed only in its letters. */
function isBare(template: string, start: number): boolean {
  return /\{\{\{?~?\s*(?:(?:upper|lower|default)\s+)?$/.test(template.slice(0, start));
}

function isOpenInput(source: Source, [root, ...path]: readonly string[]): boolean {
  const schema = rootOf(source).get('inputSchema').value;
  if (root !== 'input' || !isObject(schema)) return false;
  const found = schemaAt(schema, path);
  return found !== undefined && allowsAnyText(found);
}
