import { isObject } from '../../core/json.ts';
import type { Facts } from '../../program/facts.ts';
import { rootOf, type Source } from '../../source/index.ts';
import { factsByFile } from '../facts-at.ts';
import type { Rule } from '../rule.ts';
import { spotOf } from '../spot.ts';

/** A field that a workflow, or a tool of expressions, asks for and that nothing in it reads. */
export const unusedInput: Rule = {
  id: 'template/unused-input',
  level: 'info',
  preset: 'strict',
  check({ facts, sources }, report) {
    for (const source of sources) {
      if (source.kind !== 'workflow' && source.kind !== 'tool') continue;
      const properties = rootOf(source).get('inputSchema').get('properties');
      const read = readFields(source, facts);
      if (!isObject(properties.value) || read === undefined) continue;
      // A tool that reads nothing of its input here gets it in some other way.
      if (source.kind === 'tool' && read.size === 0) continue;
      for (const [name, field] of properties.entries()) {
        if (read.has(name)) continue;
        report(spotOf(field, 'key'), `nothing reads input.${name}; use it, or take it out of the schema`);
      }
    }
  },
};

/** Fields of the input that a spec reads; undefined when it reads all of it. */
function readFields({ file }: Source, facts: Facts): ReadonlySet<string> | undefined {
  const read = new Set<string>();
  for (const fact of factsByFile(facts).get(file) ?? []) {
    for (const { path } of fact.reads) {
      if (path[0] !== 'input') continue;
      if (path[1] === undefined) return undefined;
      read.add(path[1]);
    }
  }
  return read;
}
