import { fragmentOf, pointer as pointerOf, segmentsOf } from '../core/json-pointer.ts';
import { isObject, type Json } from '../core/json.ts';
import { choices, suggest } from '../core/suggest.ts';
import { type Source, rootOf } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { schemaDocument, splitReference, type SchemaDocument } from './schema-document.ts';

/**
 * The same specs with every JSON Schema complete in itself: a `$ref` to a file of `schemas/` (`schemas/order.yaml`, with a
 * `#/…` behind it if need be) leads to a copy of that file under the schema's own `$defs`. Reports references that lead nowhere.
 */
export function withSharedSchemas(reporter: Reporter, sources: readonly Source[]): Source[] {
  const shared = sources.filter(({ kind }) => kind === 'schema');
  return sources.map((source) => {
    if (!mayRefer(source)) return source;
    if (source.kind === 'schema') {
      complete(source.value, source, '', shared, reporter);
      return source;
    }
    const value = inSchemas(source.value, '', (schema, at) => complete(schema, source, at, shared, reporter));
    return value === source.value ? source : { ...source, value };
  });
}

/** Whether a `$ref` may stand in a spec; an escape in its text may hide one. */
function mayRefer({ text }: Source): boolean {
  return text.includes('$ref') || /\\[xuU]/.test(text);
}

const schemaKeys: readonly string[] = ['inputSchema', 'outputSchema', 'form'];
/** Keys below which everything is data of the writer. */
const dataKeys: readonly string[] = [
  'with',
  'set',
  'input',
  'output',
  'body',
  'data',
  'details',
  'return',
  'metadata',
];

/** Keywords whose value is data, not schemas. */
const literalKeywords: readonly string[] = ['const', 'enum', 'default', 'examples'];

/** The value with each schema in it replaced; the value itself when nothing changes. */
function inSchemas(value: Json, at: string, replace: (schema: Json, at: string) => Json): Json {
  return mapped(value, (inner, key) => {
    if (typeof key === 'string' && schemaKeys.includes(key)) return replace(inner, at + pointerOf(key));
    if (typeof key === 'string' && (dataKeys.includes(key) || key.startsWith('x-'))) return inner;
    return inSchemas(inner, at + pointerOf(key), replace);
  });
}

function complete(
  schema: Json,
  source: Source,
  at: string,
  shared: readonly Source[],
  reporter: Reporter,
): Json {
  const used = new Map<string, Json>();
  const report = (place: string, message: string, suggestions: readonly string[] = []): void =>
    reporter.report(atPointer(source, place), 'ref/unknown-schema', message, { suggestions });

  /** The schema with its references led to `$defs`; `home` is where the document it stands in is found. */
  const follow = (inner: Json, path: readonly string[], on: SchemaDocument, home: Home): Json =>
    mapped(inner, (item, key) => {
      const place = [...path, String(key)];
      if (literalKeywords.includes(String(key)) && path.at(-1) !== 'properties') return item;
      // In a copy they would be other bases and names than in the file.
      if (!home.isOwn && isName(String(key)) && typeof item === 'string') return undefined;
      if (key !== '$ref' || typeof item !== 'string') return follow(item, place, on, home);
      const fault = (message: string, suggestions?: readonly string[]): Json => {
        if (home.isOwn) report(at + pointerOf(...place), message, suggestions);
        return item;
      };
      const [file = '', fragment = ''] = splitReference(item);
      const found = on.find(path, file, fragment);
      if ('path' in found) {
        if (on.isEndless(path)) return fault(`"${item}" leads back to itself, so that no value could fit`);
        const isAsRead = home.isOwn && (file !== '' || !fragment.includes('%') || on.hasIds);
        return isAsRead ? item : `#${fragmentOf([...home.path, ...found.path])}`;
      }
      if (file === '' || found.isKnown) {
        const [end, suggestions] = toWrite(file, found.near);
        return fault(`"${item}" leads nowhere in this schema${end}`, suggestions);
      }
      const target = sharedAt(shared, file);
      if (target === undefined) {
        const names = shared.map((one) => one.file);
        const [same] = names.filter((one) => stemOf(one) === stemOf(file));
        if (same === undefined)
          return fault(`no schema "${file}"${choices(file, names)}`, suggest(file, names, 3));
        return fault(`no schema "${file}"; write "${same}"`, suggest(same, names, 3));
      }
      const document = schemaDocument(target.value);
      const there = document.find([], '', fragment);
      if (!('path' in there)) {
        const [end, suggestions] = toWrite(file, there.near);
        return fault(`"#${fragment}" leads nowhere in "${file}"${end}`, suggestions);
      }
      const name = `schemas.${target.name}`;
      const copy: Home = { path: ['$defs', name], isOwn: false };
      if (!used.has(name)) {
        used.set(name, true);
        used.set(name, follow(target.value, [], document, copy));
      }
      return `#${fragmentOf([...copy.path, ...there.path])}`;
    });

  const own = follow(schema, [], schemaDocument(schema), { path: [], isOwn: true });
  if (used.size === 0 || !isObject(own)) return own;
  return { ...own, $defs: { ...(isObject(own['$defs']) ? own['$defs'] : {}), ...Object.fromEntries(used) } };
}

/** Where a document is found in the schema that is completed. */
interface Home {
  readonly path: readonly string[];
  /** It is the schema itself, not a copy of a file. */
  readonly isOwn: boolean;
}

/** The end of a message, and the suggestions with it. */
function toWrite(
  file: string,
  near: string | undefined,
): readonly [end: string, suggestions: readonly string[]] {
  return near === undefined ? ['', []] : [`; write "${file}#${near}"`, [`${file}#${near}`]];
}

/** Keywords that name a schema. */
function isName(key: string): boolean {
  return key === '$id' || key === '$anchor';
}

/** A file of `schemas/` by its path, or the one that says to be at an address. */
function sharedAt(shared: readonly Source[], file: string): Source | undefined {
  const names = [file, decoded(file)];
  return (
    shared.find((one) => names.some((name) => one.file === name || one.file.endsWith(`/${name}`))) ??
    shared.find(({ value }) => isObject(value) && value['$id'] === file)
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function stemOf(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.(?:ya?ml|json)$/, '');
}

function atPointer(source: Source, pointer: string): ReturnType<typeof rootOf> {
  return segmentsOf(pointer).reduce((node, segment) => node.get(segment), rootOf(source));
}

/** The members of a list or map replaced, or left out of a map (undefined); the value itself when none changes. */
function mapped(value: Json, replace: (inner: Json, key: string | number) => Json | undefined): Json {
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item, index) => replace(item, index) ?? item);
    return items.every((item, index) => item === (value as readonly Json[])[index]) ? value : items;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, replace(inner, key)] as const);
  if (entries.every(([key, inner]) => inner === value[key])) return value;
  return Object.fromEntries(entries.flatMap(([key, inner]) => (inner === undefined ? [] : [[key, inner]])));
}
