import type { JSONSchema } from 'json-schema-to-typescript';

/** The parsed schemas of schema/, by file name (`agent.schema.json`). */
export type SchemaFiles = Readonly<Record<string, JSONSchema>>;

/**
 * One schema without references (each is the name of its target's type), whose definitions are the kinds and all their definitions.
 * A file `<kind>.schema.json` becomes `<Kind>Spec` (a file that only holds definitions becomes nothing itself);
 * a definition becomes its key in PascalCase, after its kind where two files use that key. A name that is still
 * taken is an error, as is a dead reference.
 */
export function bundleSchemas(files: SchemaFiles): JSONSchema {
  const names = nameDefinitions(files);
  const definitions: Record<string, JSONSchema> = {};
  for (const [file, schema] of Object.entries(files)) {
    for (const [pointer, part] of parts(schema)) {
      const name = nameOf(names, `${file}#${pointer}`);
      if (name in definitions) throw new Error(`two schemas are named "${name}"`);
      definitions[name] = { ...rewrite(part, file, names), title: name };
    }
  }
  return { type: 'object', additionalProperties: false, definitions };
}

/** The type name of each schema, by `file#pointer`. */
function nameDefinitions(files: SchemaFiles): Map<string, string> {
  const all = Object.entries(files).flatMap(([file, schema]) =>
    parts(schema).map(([pointer]) => ({ file, pointer })),
  );
  const plain = ({ file, pointer }: { file: string; pointer: string }): string =>
    pointer ? pascal(pointer.slice(pointer.lastIndexOf('/') + 1)) : `${kindOf(file)}Spec`;
  const uses = new Map<string, number>();
  for (const part of all) uses.set(plain(part), (uses.get(plain(part)) ?? 0) + 1);
  const names = new Map<string, string>();
  for (const part of all) {
    const name = plain(part);
    const shared = (uses.get(name) ?? 0) > 1;
    names.set(`${part.file}#${part.pointer}`, shared ? kindOf(part.file) + name : name);
  }
  return names;
}

function kindOf(file: string): string {
  return pascal(file.replace('.schema.json', ''));
}

/** The schemas of one file by JSON Pointer: the file's own (pointer ``), then its definitions. */
function parts({ definitions = {}, $defs = {}, ...root }: JSONSchema): [string, JSONSchema][] {
  return [
    ...(isShape(root) ? [['', root] as [string, JSONSchema]] : []),
    ...Object.entries(definitions).map(([key, part]): [string, JSONSchema] => [`/definitions/${key}`, part]),
    ...Object.entries($defs as object).map(([key, part]): [string, JSONSchema] => [`/$defs/${key}`, part]),
  ];
}

function isShape(schema: JSONSchema): boolean {
  return ['type', 'properties', '$ref', 'oneOf', 'anyOf', 'allOf', 'enum'].some((key) => key in schema);
}

/** A copy whose references are type names, without what would only disturb the types. */
function rewrite(schema: JSONSchema, file: string, names: Map<string, string>): JSONSchema {
  const target = (reference: string): string => {
    const [path = '', pointer = ''] = reference.split('#');
    return nameOf(names, `${path.replace(/^\.\//, '') || file}#${pointer.replace(/^\/$/, '')}`);
  };
  const copyMap = (map: object): object =>
    Object.fromEntries(Object.entries(map).map(([key, value]) => [key, copy(value)]));
  const copy = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(copy);
    if (typeof node !== 'object' || node === null) return node;
    const kept: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(node)) {
      if (silent.has(key) || (combinators.has(key) && onlyConstrains(value))) continue;
      if (key === '$ref') kept.tsType = target(String(value));
      else if (key === 'properties') kept[key] = copyMap(value as object);
      else if (key === 'patternProperties') Object.assign(kept, copyPatterns(value as object, copyMap));
      else kept[key] = verbatim.has(key) ? value : copy(value);
    }
    return isFree(kept) ? { ...kept, additionalProperties: true } : kept;
  };
  return copy(schema) as JSONSchema;
}

/** `x-*` keys are free in every file; as a pattern they would give each type an index signature. */
function copyPatterns(patterns: object, copyMap: (map: object) => object): object {
  const named = Object.entries(patterns).filter(([pattern]) => !pattern.startsWith('^x-'));
  return named.length > 0 ? { patternProperties: copyMap(Object.fromEntries(named)) } : {};
}

/** An object that names no key may have any. */
function isFree(schema: Record<string, unknown>): boolean {
  const says = ['properties', 'additionalProperties', 'patternProperties', 'allOf', 'anyOf', 'oneOf'];
  return schema.type === 'object' && !says.some((key) => key in schema);
}

/** Alternatives such as "one of these keys is required" restrict values in a way TypeScript says badly. */
function onlyConstrains(alternatives: unknown): boolean {
  if (!Array.isArray(alternatives)) return false;
  return alternatives.every((schema: object) => Object.keys(schema).every((key) => constraints.has(key)));
}

const silent = new Set(['$id', '$schema', 'title', 'examples', 'default', 'if', 'then', 'else', 'not']);
const combinators = new Set(['allOf', 'anyOf', 'oneOf']);
const constraints = new Set(['required', 'not', 'if', 'then', 'else', 'description', '$comment']);
const verbatim = new Set(['enum', 'const', 'required', 'description']);

function nameOf(names: Map<string, string>, reference: string): string {
  const name = names.get(reference);
  if (name === undefined) throw new Error(`"${reference}" points at nothing`);
  return name;
}

function pascal(text: string): string {
  return text.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
