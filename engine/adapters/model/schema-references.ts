import { segmentsOfFragment } from '../../core/json-pointer.ts';
import { isObject, type Json, type JsonObject } from '../../core/json.ts';

/** Whether a JSON Schema has a reference to another place than a definition of its own. */
export function refersToRoot(schema: Json): boolean {
  return referencesIn(schema).some((reference) => definitionOf(reference) === undefined);
}

/** Whether following the references of a JSON Schema may lead to where it began. */
export function refersToItself(schema: Json): boolean {
  if (refersToRoot(schema)) return true;
  if (!isObject(schema)) return false;
  const definitions: JsonObject = { ...objectOf(schema['definitions']), ...objectOf(schema['$defs']) };
  const done = new Set<string>();
  const under = new Set<string>();
  const isLooped = (name: string): boolean => {
    if (under.has(name)) return true;
    if (done.has(name)) return false;
    under.add(name);
    const looped = referencesIn(definitions[name] ?? true).some((to) => isLooped(definitionOf(to) ?? ''));
    under.delete(name);
    done.add(name);
    return looped;
  };
  return Object.keys(definitions).some(isLooped);
}

function referencesIn(schema: Json): string[] {
  if (Array.isArray(schema)) return schema.flatMap(referencesIn);
  if (!isObject(schema)) return [];
  const { $ref: reference } = schema;
  const inner = Object.entries(schema).flatMap(([key, value]) =>
    key === 'enum' || key === 'const' || key === 'default' ? [] : referencesIn(value),
  );
  return typeof reference === 'string' ? [reference, ...inner] : inner;
}

function definitionOf(reference: string): string | undefined {
  const [first, name, ...rest] = reference.startsWith('#/')
    ? (segmentsOfFragment(reference.slice(1)) ?? [])
    : [];
  return (first === '$defs' || first === 'definitions') && rest.length === 0 ? name : undefined;
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
