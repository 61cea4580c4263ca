import { isObject, type Json, type JsonObject, type JsonSchema } from '../../core/json.ts';
import { comment, indented, keyText, pascal } from './text.ts';

/** Whether values of a schema are given to an engine, which adds what has a default, or come from it. */
export type SchemaUse = 'input' | 'output';

/**
 * A JSON Schema as declarations of TypeScript: a type of this name, and one for each of its definitions. What types cannot say (formats,
 * bounds, `not`) is left out, so that they allow what the schema allows; what is not understood is `Json`. An object whose schema says
 * nothing of further properties has none, so that misspelt ones are seen.
 * @param isTaken tells names that other types have.
 */
export function declareSchema(
  name: string,
  schema: JsonSchema,
  use: SchemaUse,
  isTaken: (name: string) => boolean = () => false,
): readonly string[] {
  const names = new Map<string, string>([['#', name]]);
  const declared = new Map<string, JsonSchema>([[name, schema]]);
  for (const key of ['$defs', 'definitions']) {
    const map = isObject(schema) ? schema[key] : undefined;
    if (!isObject(map)) continue;
    for (const [part, definition] of Object.entries(map)) {
      let own = `${name}${pascal(part)}`;
      while (declared.has(own) || isTaken(own)) own += '_';
      names.set(`#/${key}/${part}`, own);
      declared.set(own, definition as JsonSchema);
    }
  }
  const around: Around = { names, declared, use, isDefaulted: true };
  return [...declared].map(
    ([own, one]) =>
      `${comment(descriptionOf(one))}export type ${own} = ${isBottomless(own, around) ? 'Json' : bare(typeOf(one, around))};\n`,
  );
}

/** What a schema stands in. */
interface Around {
  /** Names of types, by how schemas refer to them. */
  readonly names: ReadonlyMap<string, string>;
  /** What is declared, by the names of types. */
  readonly declared: ReadonlyMap<string, JsonSchema>;
  readonly use: SchemaUse;
  /** Whether defaults are filled in here: in alternatives they are not. */
  readonly isDefaulted: boolean;
}

/** A type, in parentheses where something that stands beside it could tear it apart. */
function typeOf(schema: Json | undefined, around: Around): string {
  if (schema === false) return 'never';
  if (!isObject(schema)) return 'Json';
  const { $ref, allOf, anyOf, oneOf } = schema;
  if (typeof $ref === 'string') return around.names.get(definitionOf($ref)) ?? 'Json';
  if ('const' in schema) return literal(schema['const']);
  if (Array.isArray(schema['enum'])) return union(schema['enum'].map(literal));
  const alternative = { ...around, isDefaulted: false };
  const parts = [
    ...(isPlain(schema) ? [] : [plain(schema, around)]),
    ...(Array.isArray(allOf) ? allOf.map((one: Json) => typeOf(one, around)) : []),
    ...[anyOf, oneOf].flatMap((list) =>
      Array.isArray(list) ? [union(list.map((one: Json) => typeOf(one, alternative)))] : [],
    ),
  ].filter((part) => part !== 'Json');
  if (parts.length === 0) return 'Json';
  return parts.length === 1 ? (parts[0] ?? 'Json') : `(${parts.join(' & ')})`;
}

/** Whether a schema says nothing of its own about what a value is. */
function isPlain(schema: JsonObject): boolean {
  return !['type', 'properties', 'items', 'prefixItems', 'additionalProperties', 'patternProperties'].some(
    (key) => key in schema,
  );
}

function plain(schema: JsonObject, around: Around): string {
  const { type, nullable } = schema;
  const orNull = nullable === true ? ['null'] : [];
  if (Array.isArray(type)) return union([...type.map((one: Json) => ofType(one, schema, around)), ...orNull]);
  if (type !== undefined) return union([ofType(type, schema, around), ...orNull]);
  return 'items' in schema || 'prefixItems' in schema ? arrayOf(schema, around) : objectOf(schema, around);
}

function ofType(type: Json, schema: JsonObject, around: Around): string {
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'string' || type === 'boolean' || type === 'null') return type;
  if (type === 'array') return arrayOf(schema, around);
  return type === 'object' ? objectOf(schema, around) : 'Json';
}

function arrayOf({ items, prefixItems, minItems }: JsonObject, around: Around): string {
  if (!Array.isArray(prefixItems)) return `${typeOf(items, around)}[]`;
  const needed = typeof minItems === 'number' ? minItems : 0;
  const first = prefixItems.map((one: Json, index) => `${typeOf(one, around)}${index < needed ? '' : '?'}`);
  const rest = items === false ? [] : [`...${typeOf(items, around)}[]`];
  return `[${[...first, ...rest].join(', ')}]`;
}

function objectOf(schema: JsonObject, around: Around): string {
  const { properties, required, additionalProperties: more, patternProperties } = schema;
  const needed = (Array.isArray(required) ? required : []).filter((key) => typeof key === 'string');
  const known = isObject(properties) ? properties : {};
  const isOpen = more !== undefined && more !== false;
  const unnamed = needed.filter((key) => !Object.hasOwn(known, key));
  const all = [
    ...Object.entries(known),
    ...unnamed.map((key) => [key, isObject(more) ? more : true] as const),
  ];
  const lines = all.map(([key, one]) => {
    const isGiven = around.use === 'input' && around.isDefaulted && isObject(one) && 'default' in one;
    const mark = needed.includes(key) && !isGiven ? '' : '?';
    return `${comment(descriptionOf(one as JsonSchema))}${keyText(key)}${mark}: ${bare(typeOf(one, around))};\n`;
  });
  const others = [
    ...(isObject(patternProperties) ? Object.values(patternProperties) : []),
    ...(isOpen || (more === undefined && all.length === 0) ? [more] : []),
  ];
  if (others.length > 0) {
    const other = all.length === 0 ? bare(union(others.map((one) => typeOf(one, around)))) : 'unknown';
    lines.push(`[key: string]: ${other};\n`);
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
  if (different.length === 0) return 'never';
  return different.length === 1 ? (different[0] ?? 'never') : `(${different.join(' | ')})`;
}

/** A type without the parentheses around all of it, for where nothing stands beside it. */
function bare(type: string): string {
  return type.startsWith('(') && type.endsWith(')') ? type.slice(1, -1) : type;
}

/** What a reference names: a URI fragment that holds a JSON Pointer. */
function definitionOf(reference: string): string {
  const pointer = reference.replaceAll('~1', '/').replaceAll('~0', '~');
  try {
    return decodeURIComponent(pointer);
  } catch {
    return pointer;
  }
}

/** Whether a type is nothing but itself and others, which no TypeScript can say. */
function isBottomless(name: string, { names, declared }: Around): boolean {
  const seen = new Set<string>();
  const open = [name];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    for (const next of sameAs(declared.get(one), names)) {
      if (next === name) return true;
      if (!seen.has(next)) open.push(next);
      seen.add(next);
    }
  }
  return false;
}

/** Types that a schema refers to for the value itself, not for what is in it. */
function sameAs(schema: Json | undefined, names: Around['names']): readonly string[] {
  if (!isObject(schema)) return [];
  const { $ref, allOf, anyOf, oneOf } = schema;
  if (typeof $ref === 'string') return [names.get(definitionOf($ref)) ?? []].flat();
  return [allOf, anyOf, oneOf].flatMap((list) =>
    Array.isArray(list) ? list.flatMap((one: Json) => sameAs(one, names)) : [],
  );
}

function descriptionOf(schema: JsonSchema): string | undefined {
  const description = isObject(schema) ? schema['description'] : undefined;
  return typeof description === 'string' ? description : undefined;
}
