import { isObject, type Json, type JsonObject, type JsonSchema } from '../core/json.ts';
import { segmentsOfFragment } from '../core/json-pointer.ts';
import {
  dyn,
  listOf,
  literalOf,
  membersOf,
  nullType,
  unionOf,
  type Field,
  type Literal,
  type Record_,
  type Type,
} from './type.ts';

/**
 * The type of the values that fit a JSON Schema. What the schema says in ways a type cannot hold is `dyn`, so that the
 * type is never narrower than the schema, with one exception: reading a field that an object schema with `properties` does
 * not name counts as a mistake unless it says `additionalProperties`. References are followed within the schema.
 */
export function typeFromSchema(schema: JsonSchema | undefined): Type {
  if (schema === undefined || typeof schema === 'boolean') return dyn;
  const made = known.get(schema);
  if (made !== undefined) return made;
  const type = typeOf(schema, { root: schema, budget: { left: mostParts }, path: [] });
  known.set(schema, type);
  return type;
}

const known = new WeakMap<JsonObject, Type>();
const mostParts = 4_000;

interface Walk {
  readonly root: JsonObject;
  /** Parts still looked at; a schema that unfolds into more is `dyn` there. */
  readonly budget: { left: number };
  /** Schemas around this one, to see where one contains itself. */
  readonly path: readonly Json[];
}

function typeOf(schema: Json | undefined, outer: Walk): Type {
  if (!isObject(schema)) return dyn;
  outer.budget.left -= 1;
  if (outer.budget.left < 0 || outer.path.filter((around) => around === schema).length > 1) return dyn;
  const walk = { ...outer, path: [...outer.path, schema] };
  const reference = schema['$ref'];
  if (reference !== undefined) return Object.keys(schema).some(isLimit) ? dyn : refer(reference, walk);
  if (schema['const'] !== undefined) return valuesType([schema['const']], schema);
  if (Array.isArray(schema['enum'])) return enumType(schema['enum'] as readonly Json[], schema);
  const base = baseType(schema, walk);
  if (base === undefined) {
    const branches = schema['oneOf'] ?? schema['anyOf'];
    return Array.isArray(branches)
      ? unionOf((branches as readonly Json[]).map((branch) => typeOf(branch, walk)))
      : dyn;
  }
  return schema['nullable'] === true ? unionOf([base, nullType]) : base;
}

/** Words beside `$ref` that say more than notes do. */
function isLimit(key: string): boolean {
  return !['$ref', '$defs', 'definitions', 'title', 'description', 'default', 'examples', '$id'].includes(
    key,
  );
}

function refer(reference: Json, walk: Walk): Type {
  if (typeof reference !== 'string' || !/^#(\/.*)?$/s.test(reference)) return dyn;
  const segments = segmentsOfFragment(reference.slice(1));
  if (segments === undefined) return dyn;
  let target: Json | undefined = walk.root;
  for (const segment of segments) {
    const inner: Json | undefined = target;
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, segment)) return dyn;
    target = (inner as JsonObject)[segment];
  }
  return typeOf(target, walk);
}

function baseType(schema: JsonObject, walk: Walk): Type | undefined {
  const { type } = schema;
  const types = typeof type === 'string' ? [type] : Array.isArray(type) ? (type as readonly Json[]) : [];
  if (types.length > 0) return unionOf(types.map((one) => oneType(one, schema, walk)));
  if (isObject(schema['properties'])) return recordType(schema, walk);
  return isObject(schema['items']) ? listOf(typeOf(schema['items'], walk)) : undefined;
}

function oneType(type: Json, schema: JsonObject, walk: Walk): Type {
  switch (type) {
    case 'null':
      return nullType;
    case 'boolean':
      return { kind: 'bool' };
    case 'number':
    case 'integer':
      return { kind: 'number' };
    case 'string':
      return { kind: 'string' };
    case 'array':
      return listOf(
        schema['prefixItems'] === undefined ? typeOf(schema['items'], walk) : dyn,
        typeof schema['maxItems'] === 'number' ? schema['maxItems'] : undefined,
      );
    case 'object':
      return recordType(schema, walk);
    default:
      return dyn;
  }
}

/** Words that may bring fields `properties` does not name. */
const fieldBringers = [
  'patternProperties',
  'allOf',
  'anyOf',
  'oneOf',
  'if',
  'dependentSchemas',
  'unevaluatedProperties',
  '$dynamicRef',
];

function recordType(schema: JsonObject, walk: Walk): Record_ {
  const properties = isObject(schema['properties']) ? Object.entries(schema['properties']) : [];
  const required = Array.isArray(schema['required']) ? (schema['required'] as readonly Json[]) : [];
  const left = Array.isArray(schema['required']) ? 'optional' : 'unsaid';
  const brings = fieldBringers.some((word) => schema[word] !== undefined);
  const fields = new Map(
    properties.map(([name, inner]): [string, Field] => [
      name,
      {
        type: brings && schema['allOf'] !== undefined ? dyn : typeOf(inner, walk),
        presence: hasDefault(inner) ? 'defaulted' : required.includes(name) ? 'required' : left,
      },
    ]),
  );
  const more = schema['additionalProperties'];
  const strict = more === false && schema['patternProperties'] === undefined;
  const closed = !brings && (more === false || (more === undefined && fields.size > 0));
  for (const name of required)
    if (typeof name === 'string' && !fields.has(name) && !strict)
      fields.set(name, { type: dyn, presence: 'required' });
  return { kind: 'record', fields, rest: closed ? undefined : brings ? dyn : typeOf(more, walk), strict };
}

function hasDefault(schema: Json): boolean {
  return isObject(schema) && schema['default'] !== undefined;
}

function enumType(values: readonly Json[], schema: JsonObject): Type {
  const { type } = schema;
  const types = typeof type === 'string' ? [type] : Array.isArray(type) ? (type as readonly Json[]) : [];
  const fits = (value: Json): boolean =>
    types.length === 0 ||
    types.some((one) => one === kindOf(value) || (one === 'integer' && kindOf(value) === 'number'));
  return valuesType(values.filter(fits), schema);
}

/** Values of an enum that are told apart; of more nothing is known. */
const mostValues = 1_000;

function valuesType(values: readonly Json[], from: JsonObject): Type {
  if (values.length === 0) return dyn;
  if (values.length > mostValues) return dyn;
  const type = unionOf(
    values.map((value) =>
      isLiteral(value) ? { ...literalOf(value), from } : value === null ? nullType : dyn,
    ),
  );
  return membersOf(type).length === 0 ? dyn : type;
}

function isLiteral(value: Json): value is Literal {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function kindOf(value: Json): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
