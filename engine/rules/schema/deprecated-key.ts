import { isObject } from '../../core/json.ts';
import type { Program } from '../../program/program.ts';
import type { Node } from '../../source/index.ts';
import type { Rule } from '../rule.ts';
import { schemaAt } from '../schema-at.ts';
import { stepsOf } from '../spec-steps.ts';

/** A step passes an argument that the schema of what it calls marks as `deprecated`. */
export const deprecatedKey: Rule = {
  id: 'schema/deprecated-key',
  level: 'warning',
  preset: 'strict',
  check({ program, sources }, report) {
    for (const source of sources) {
      if (source.kind !== 'workflow') continue;
      for (const { node } of stepsOf(source)) {
        const called = calledBy(node, program);
        const schema = called?.inputSchema;
        if (called === undefined || !isObject(schema)) continue;
        for (const [key, argument] of node.get('with').entries()) {
          const found = schemaAt(schema, [key]);
          if (found?.['deprecated'] !== true) continue;
          const { description } = found;
          report(
            { file: source.file, pointer: argument.pointer, range: source.rangeOf(argument.pointer, 'key') },
            `"${key}" of ${called.what} is deprecated; leave it out, or use what its description names`,
            typeof description === 'string' ? { hint: description } : {},
          );
        }
      }
    }
  },
};

function calledBy(
  step: Node,
  { tools, delegates, workflows }: Program,
): { readonly what: string; readonly inputSchema: unknown } | undefined {
  for (const [verb, specs] of [
    ['tool', tools],
    ['agent', delegates],
    ['workflow', workflows],
  ] as const) {
    const name = step.get(verb).text();
    const spec = name !== undefined && Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (spec !== undefined) return { what: `${verb} "${spec.name}"`, inputSchema: spec.inputSchema };
  }
  return undefined;
}
