import { isObject, type Json, type JsonObject, type JsonSchema } from '../../core/json.ts';
import { comment, indented, keyText, pascal } from './text.ts';

/**
 * A JSON Schema as declarations of TypeScript: a type of this name, and one for each of its definitions. What types cannot say (formats,
 * bounds, `not`) is left out, so that they allow what the schema allows; what is not understood is `Json`. An object whose schema says
 * nothing of further properties has none, so that misspelt ones are seen.
 */
export function declareSchema(name: string, schema: JsonSchema): readonly string[] {
  const names = new Map<string, string>([['#', name]]);
  const declared: [string, JsonSchema][] = [[name, schema]];
  for (const key of ['$defs', 'definitions']) {
    const map = isObject(schema) ? schema[key] : undefined;
    if (!isObject(map)) continue;
    for (const [part, definition] of Object.entries(map)) {
      let own = `${name}${pascal(part)}`;
      while (declared.some(([other]) => other === own)) own += '_';
      names.set(`#/${key}/${part}`, own);
      declared.push([own, definition as JsonSchema]);
    }
  }
  return declared.map(
    ([own, one]) => `${comment(descriptionOf(one))}export type ${own} = ${typeOf(one, names)};\n`,
  );
}

type Names = ReadonlyMap<string, string>;

function typeOf(schema: Json | undefined, names: Names): string {
  if (schema === false) return 'never';
  if (!isObject(schema)) return 'Json';
  const { $ref, allOf, anyOf, oneOf } = schema;
  if (typeof $ref === 'string') return names.get(decodeURI($ref)) ?? 'Json';
  if ('const' in schema) return literal(schema['const']);
  if (Array.isArray(schema['enum'])) return union(schema['enum'].map(literal));
  const parts = [
    ...(isPlain(schema) ? [] : [plain(schema, names)]),
    ...(Array.isArray(allOf) ? allOf.map((one: Json) => typeOf(one, names)) : []),
    ...[anyOf, oneOf].flatMap((list) =>
      Array.isArray(list) ? [union(list.map((one: Json) => typeOf(one, names)))] : [],
    ),
  ].filter((part) => part !== 'Json');
  if (parts.length === 0) return 'Json';
  return parts.length === 1 ? (parts[0] ?? 'Json') : parts.map(inParentheses).join(' & ');
}

/** Whether a schema says nothing of its own about what a value is. */
function isPlain(schema: JsonObject): boolean {
  return !['type', 'properties', 'items', 'prefixItems', 'additionalProperties'].some((key) => key in schema);
}

function plain(schema: JsonObject, names: Names): string {
  const { type } = schema;
  if (Array.isArray(type)) return union(type.map((one: Json) => ofType(one, schema, names)));
  if (type !== undefined) return ofType(type, schema, names);
  return 'items' in schema || 'prefixItems' in schema ? arrayOf(schema, names) : objectOf(schema, names);
}

function ofType(type: Json, schema: JsonObject, names: Names): string {
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'string' || type === 'boolean' || type === 'null') return type;
  if (type === 'array') return arrayOf(schema, names);
  return type === 'object' ? objectOf(schema, names) : 'Json';
}

function arrayOf({ items, prefixItems, minItems }: JsonObject, names: Names): string {
  if (!Array.isArray(prefixItems)) return `${inParentheses(typeOf(items, names))}[]`;
  const needed = typeof minItems === 'number' ? minItems : 0;
  const first = prefixItems.map(
    (one: Json, index) => `${inParentheses(typeOf(one, names))}${index < needed ? '' : '?'}`,
  );
  const rest = items === false ? [] : [`...${inParentheses(typeOf(items, names))}[]`];
  return `[${[...first, ...rest].join(', ')}]`;
}

function objectOf(schema: JsonObject, names: Names): string {
  const { properties, required, additionalProperties: more, patternProperties } = schema;
  const needed: readonly Json[] = Array.isArray(required) ? required : [];
  const known = isObject(properties) ? Object.entries(properties) : [];
  const lines = known.map(([key, one]) => {
    const mark = needed.includes(key) ? '' : '?';
    return `${comment(descriptionOf(one as JsonSchema))}${keyText(key)}${mark}: ${typeOf(one, names)};\n`;
  });
  const isOpen =
    (more !== undefined && more !== false) ||
    isObject(patternProperties) ||
    (known.length === 0 && more !== false);
  if (isOpen) {
    const isOfOne = known.length === 0 && isObject(more);
    lines.push(
      `[key: string]: ${isOfOne ? typeOf(more, names) : known.length === 0 ? 'Json' : 'unknown'};\n`,
    );
  }
  if (lines.length === 0) return 'Record<string, never>';
  return `{\n${indented(lines.join(''))}}`;
}

/** A value as a type. */
function literal(value: Json | undefined): string {
  return value === undefined ? 'Json' : JSON.stringify(value);
}

function union(types: readonly string[]): string {
  const different = [...new Set(types)];
  if (different.includes('Json')) return 'Json';
  return different.length === 0 ? 'never' : different.map(inParentheses).join(' | ');
}

/** A union or intersection in parentheses, for what stands around it. */
function inParentheses(type: string): string {
  const outside = type.replace(/"(?:[^"\\]|\\.)*"/g, '').replace(/\{[\s\S]*\}/g, '');
  return / [|&] /.test(outside) ? `(${type})` : type;
}

function descriptionOf(schema: JsonSchema): string | undefined {
  const description = isObject(schema) ? schema['description'] : undefined;
  return typeof description === 'string' ? description : undefined;
}
