import { segmentsOf } from '../core/json-pointer.ts';
import { isObject, type JsonObject } from '../core/json.ts';
import type { Analysis } from '../compiler.ts';
import type { Source } from '../source/index.ts';
import { nodeAt } from './place-at.ts';

/**
 * The schema of what a call takes, where a pointer leads to the `with` of a step, or to a value in it; undefined elsewhere, and where
 * what is called says nothing of its input.
 */
export function inputSchemaOfCall(
  { draft }: Analysis,
  source: Source,
  pointer: string,
): JsonObject | undefined {
  const segments = segmentsOf(pointer);
  const at = segments.indexOf('with');
  if (source.kind !== 'workflow' || at === -1) return undefined;
  const step = nodeAt(source, segments.slice(0, at));
  const nameOf = (key: string): string => step.get(key).text() ?? '';
  const schema =
    draft.tools[nameOf('tool')]?.inputSchema ??
    draft.agents[nameOf('agent')]?.inputSchema ??
    draft.workflows[nameOf('workflow')]?.inputSchema;
  return segments.slice(at + 1).reduce<JsonObject | undefined>(
    (inner, segment) => {
      const properties = inner?.['properties'];
      const next = isObject(properties) ? properties[segment] : undefined;
      return isObject(next) ? next : undefined;
    },
    isObject(schema) ? schema : undefined,
  );
}
