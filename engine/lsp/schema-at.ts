import { segmentsOf } from '../core/json-pointer.ts';
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import type { Source } from '../source/index.ts';
import { schemaSet, type Located } from '../validate/index.ts';

/** A schema that describes a place of a spec. */
export interface SchemaSite {
  readonly schema: JsonObject;
  readonly file: string;
  /** What is said about this very place, else what the schema says of itself. */
  readonly description: string | undefined;
  /** Whether the place is a key that the schema around it names. */
  readonly named: boolean;
}

/** A key that may stand in a map. */
export interface KeySite extends SchemaSite {
  readonly key: string;
  readonly required: boolean;
  /** Of a step and the like: the key that says which of several kinds it is. */
  readonly verb: boolean;
}

/**
 * The schemas that a value of a spec may follow: several where the language has a choice. Choices that the value there
 * already rules out are left out; none where anything may stand.
 */
export function schemasAt(
  { kind, value }: Pick<Source, 'kind' | 'value'>,
  pointer: string,
): readonly SchemaSite[] {
  const set = schemaSet();
  const root = set.root(kind);
  if (root === undefined) return [];
  let here = alternatives(root, value, false);
  let inside: Json | undefined = value;
  for (const segment of segmentsOf(pointer)) {
    const next: Json | undefined = childOf(inside, segment);
    here = here.flatMap((site) =>
      stepInto(site, segment, inside).flatMap((at) => alternatives(at, next, at.named)),
    );
    inside = next;
  }
  return here;
}

/** The keys that may stand in the map at a pointer, those that are there already among them. */
export function keysAt(source: Pick<Source, 'kind' | 'value'>, pointer: string): readonly KeySite[] {
  const keys = new Map<string, KeySite>();
  const sites = schemasAt(source, pointer).filter((site) => isObject(site.schema['properties']));
  const shared = sites
    .map(({ schema }) => requiredOf(schema))
    .reduce<readonly string[]>(
      (all, some, index) => (index === 0 ? some : all.filter((key) => some.includes(key))),
      [],
    );
  for (const { schema, file } of sites) {
    const required = requiredOf(schema);
    for (const [key, part] of Object.entries(propertiesOf(schema))) {
      if (part === false || keys.has(key)) continue;
      const located = { schema: isObject(part) ? part : true, file, named: true };
      const [site] = alternatives(located, undefined, true);
      keys.set(key, {
        schema: site?.schema ?? {},
        file: site?.file ?? file,
        named: true,
        description: textOf(isObject(part) ? part['description'] : undefined) ?? site?.description,
        key,
        required: shared.includes(key),
        verb: sites.length > 1 && required.includes(key) && !shared.includes(key),
      });
    }
  }
  return [...keys.values()];
}

interface Step extends Located {
  readonly named: boolean;
}

function stepInto({ schema, file }: SchemaSite, segment: string, around: Json | undefined): Step[] {
  if (Array.isArray(around)) {
    const { items } = schema;
    return isObject(items) ? [{ schema: items, file, named: false }] : [];
  }
  const own = propertiesOf(schema)[segment];
  if (own !== undefined) return [{ schema: asSchema(own), file, named: true }];
  const patterns = Object.entries(isObject(schema['patternProperties']) ? schema['patternProperties'] : {});
  const fitting = patterns.find(([pattern]) => pattern !== '^x-' && new RegExp(pattern, 'u').test(segment));
  const more = fitting?.[1] ?? schema['additionalProperties'];
  return isObject(more) ? [{ schema: more, file, named: false }] : [];
}

/** A schema as the plain ones it may stand for: references followed, choices taken apart. */
function alternatives(located: Located, value: Json | undefined, named: boolean, depth = 0): SchemaSite[] {
  if (depth > 8) return [];
  const said = isObject(located.schema) ? textOf(located.schema['description']) : undefined;
  const { schema, file } = schemaSet().follow(located);
  if (!isObject(schema)) return [];
  const description = said ?? textOf(schema['description']);
  const choice = schema['oneOf'] ?? schema['anyOf'];
  const branches = Array.isArray(choice)
    ? choice.flatMap((part: Json) => alternatives({ schema: asSchema(part), file }, value, named, depth + 1))
    : [];
  const also = Array.isArray(schema['allOf']) ? schema['allOf'] : [];
  const conditional = [schema, ...also.filter(isObject)].flatMap((part) => {
    const chosen = isObject(part['if']) ? part[holdsFor(part['if'], value) ? 'then' : 'else'] : undefined;
    return isObject(chosen) ? [{ schema: chosen, file, description, named }] : [];
  });
  const own = { schema, file, description, named };
  // A choice that only says which keys go together names no keys of its own.
  const isShape = branches.length === 0 || isObject(schema['properties']);
  const kept = isShape ? [] : fitting(branches, value);
  return [
    ...(isShape ? [own] : []),
    ...kept.map((site) => ({ ...site, description: said ?? site.description ?? description })),
    ...conditional,
  ];
}

/** The choices that a value leaves open. */
function fitting(branches: readonly SchemaSite[], value: Json | undefined): readonly SchemaSite[] {
  if (value === undefined || value === null) return branches;
  const typed = branches.filter(({ schema }) => acceptsType(schema, value));
  if (!isObject(value)) return typed.length === 0 ? branches : typed;
  const keys = Object.keys(value);
  const closed = typed.filter(({ schema }) => {
    const properties = propertiesOf(schema);
    return keys.every((key) => key.includes(cursorMark) || key in properties || key.startsWith('x-'));
  });
  const shared = branches
    .map(({ schema }) => requiredOf(schema))
    .reduce((all, some) => all.filter((key) => some.includes(key)));
  const told = closed.filter(({ schema }) => {
    const telling = requiredOf(schema).filter((key) => !shared.includes(key));
    return telling.length > 0 && telling.every((key) => keys.includes(key));
  });
  return [told, closed, typed].find((some) => some.length > 0) ?? branches;
}

/** A word that stands at the cursor while the file around it is read; a key with it says nothing. */
export const cursorMark = 'cursor__';

function acceptsType(schema: JsonObject, value: Json): boolean {
  const { type } = schema;
  const types = typeof type === 'string' ? [type] : Array.isArray(type) ? type : [];
  const own = Array.isArray(value) ? 'array' : isObject(value) ? 'object' : typeof value;
  return types.length === 0 || types.includes(own) || (own === 'number' && types.includes('integer'));
}

/** Conditions of our schemas ask for the value of a key, or for a key. */
function holdsFor(condition: JsonObject, value: Json | undefined): boolean {
  if (!isObject(value)) return false;
  if (!requiredOf(condition).every((key) => Object.hasOwn(value, key))) return false;
  return Object.entries(propertiesOf(condition)).every(([key, part]) => {
    const item = value[key];
    if (item === undefined || !isObject(part)) return true;
    if (part['const'] !== undefined) return part['const'] === item;
    return !Array.isArray(part['enum']) || part['enum'].includes(item);
  });
}

function childOf(value: Json | undefined, segment: string): Json | undefined {
  if (Array.isArray(value)) return (value as readonly Json[])[Number(segment)];
  return isObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
}

function requiredOf({ required }: JsonObject): readonly string[] {
  return Array.isArray(required) ? required.filter((key): key is string => typeof key === 'string') : [];
}

function propertiesOf({ properties }: JsonObject): JsonObject {
  return isObject(properties) ? properties : {};
}

function asSchema(value: Json): JsonObject | boolean {
  return isObject(value) || typeof value === 'boolean' ? value : true;
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
