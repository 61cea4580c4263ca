import { misfitsOfType, typeFromSchema } from '../../expr/index.ts';
import type { JsonSchema } from '../../core/json.ts';
import type { Rule } from '../rule.ts';
import { stepsOf } from '../spec-steps.ts';
import { spotOf } from '../spot.ts';

/** The `outputSchema` of a step allows what the tool or agent it calls rules out, so what is known of the output is lost. */
export const schemaWeakened: Rule = {
  id: 'type/schema-weakened',
  level: 'warning',
  preset: 'strict',
  check({ program, sources }, report) {
    for (const source of sources.filter(({ kind }) => kind === 'workflow')) {
      for (const { node } of stepsOf(source)) {
        const schema = node.get('outputSchema');
        const own = schema.object();
        const callee =
          program.tools[node.get('tool').text() ?? ''] ?? program.agents[node.get('agent').text() ?? ''];
        if (own === undefined || callee?.outputSchema === undefined) continue;
        const [loss] = lost(own, callee.outputSchema);
        if (loss === undefined) continue;
        report(
          spotOf(schema, 'key'),
          `this says less than the "outputSchema" of "${callee.name}", where ${loss}; leave it out, or say as much`,
        );
      }
    }
  },
};

/** What the second schema says of the output and the first one leaves open, top-level fields one by one. */
function lost(own: JsonSchema, callee: JsonSchema): readonly string[] {
  const [weak, strong] = [typeFromSchema(own), typeFromSchema(callee)];
  if (weak.kind !== 'record' || strong.kind !== 'record') return [];
  return [...strong.fields].flatMap(([name, field]): readonly string[] => {
    const kept = weak.fields.get(name);
    if (kept === undefined) return [];
    if (kept.type.kind === 'dyn' && field.type.kind !== 'dyn') return [`"${name}" has a type`];
    const isWords = 'values' in field.type && field.type.values !== undefined;
    const keepsWords = 'values' in kept.type && kept.type.values !== undefined;
    if (isWords && !keepsWords && kept.type.kind === field.type.kind)
      return [`"${name}" is one of certain values`];
    if (misfitsOfType(kept.type, field.type).length > 0) return [`"${name}" is stricter`];
    if (field.presence === 'required' && kept.presence !== 'required') return [`"${name}" is required`];
    return [];
  });
}
