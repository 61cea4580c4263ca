import { isObject, type Json, type JsonSchema } from '../core/json.ts';
import { segmentsOf } from '../core/json-pointer.ts';
import { compileSchema, schemaFaults } from '../expr/index.ts';
import type { Node } from '../source/index.ts';

/** A constant that a schema refuses. */
export interface ConstantFault {
  readonly node: Node;
  /** Names of the fields on the way to it. */
  readonly path: readonly string[];
  /** For example `must be at least 1, got 0`. */
  readonly message: string;
}

/**
 * What types do not tell of the constants in a map: bounds, patterns, lengths, formats. Fields that hold an expression are left to
 * the run.
 */
export function constantFaults(
  given: Node,
  schema: JsonSchema,
  path: readonly string[] = [],
): readonly ConstantFault[] {
  const properties = isObject(schema) ? schema['properties'] : undefined;
  if (!isObject(properties)) return [];
  return given.entries().flatMap(([key, node]): readonly ConstantFault[] => {
    const inner = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (!isObject(inner)) return [];
    const here = [...path, key];
    if (node.object() !== undefined) return constantFaults(node, inner, here);
    // A reference leads into the schema around, and without bounds the type has told all.
    if (inner['$ref'] !== undefined || !bounds.some((word) => inner[word] !== undefined)) return [];
    if (node.value === undefined || !isConstant(node.value) || schemaFaults(inner).length > 0) return [];
    return compileSchema(inner)
      .check(node.value)
      .faults.map(({ pointer, message }) => {
        const inside = segmentsOf(pointer);
        return {
          node: inside.reduce<Node>((at, segment) => at.get(segment), node),
          path: [...here, ...inside],
          message,
        };
      });
  });
}

const bounds: readonly string[] = [
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'pattern', 'format', 'minItems', 'maxItems', 'uniqueItems'],
];

function isConstant(value: Json): boolean {
  if (typeof value === 'string') return !value.includes('${{');
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every((inner: Json) => isConstant(inner));
}
