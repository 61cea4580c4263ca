import { pointer as pointerOf, segmentsOf } from '../core/json-pointer.ts';
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { choices, suggest } from '../core/suggest.ts';
import { type Source, rootOf } from '../source/index.ts';
import type { Reporter } from './context.ts';

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
  const report = (pointer: string, message: string, word: string, names: readonly string[]): void =>
    reporter.report(atPointer(source, pointer), 'ref/unknown-schema', message, {
      suggestions: suggest(word, names, 3),
    });

  /** The schema with its references led to `$defs`; `home` is where the file it stands in is found. */
  const follow = (inner: Json, where: string, home: string, root: Json, isOwn: boolean): Json =>
    mapped(inner, (item, key) => {
      const place = where + pointerOf(key);
      if (literalKeywords.includes(String(key)) && !where.endsWith('/properties')) return item;
      if (key !== '$ref' || typeof item !== 'string') return follow(item, place, home, root, isOwn);
      const [file = '', fragment = ''] = split(item);
      if (file === '') {
        if (isOwn && !leadsSomewhere(root, fragment))
          report(place, `"${item}" leads nowhere in this schema${definedAs(root, fragment)}`, '', []);
        return fragment === '' || fragment.startsWith('/') ? `#${home}${fragment}` : item;
      }
      const target = shared.find((one) => one.file === file || one.file.endsWith(`/${file}`));
      if (target === undefined) {
        const names = shared.map((one) => one.file);
        const [same] = names.filter((one) => stemOf(one) === stemOf(file));
        if (isOwn && same !== undefined) report(place, `no schema "${file}"; write "${same}"`, same, names);
        else if (isOwn) report(place, `no schema "${file}"${choices(file, names)}`, file, names);
        return item;
      }
      if (isOwn && !leadsSomewhere(target.value, fragment))
        report(
          place,
          `"#${fragment}" leads nowhere in "${file}"${definedAs(target.value, fragment)}`,
          '',
          [],
        );
      const name = `schemas.${target.name}`;
      if (!used.has(name)) {
        used.set(name, true);
        used.set(name, follow(target.value, '', `/$defs/${name}`, target.value, false));
      }
      return `#/$defs/${name}${fragment}`;
    });

  const own = follow(schema, at, '', schema, true);
  if (used.size === 0 || !isObject(own)) return schema;
  return { ...own, $defs: { ...(isObject(own['$defs']) ? own['$defs'] : {}), ...Object.fromEntries(used) } };
}

function stemOf(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.(?:ya?ml|json)$/, '');
}

function split(reference: string): [file: string, fragment: string] {
  const at = reference.indexOf('#');
  return at === -1 ? [reference, ''] : [reference.slice(0, at), reference.slice(at + 1)];
}

/** `#/definitions/x` as this version of JSON Schema has it, when it is there: `; write "#/$defs/x"`. */
function definedAs(root: Json, fragment: string): string {
  const moved = fragment.startsWith('/definitions/')
    ? fragment.replace('/definitions/', '/$defs/')
    : fragment.replace('/$defs/', '/definitions/');
  return moved !== fragment && leadsSomewhere(root, moved) ? `; write "#${moved}"` : '';
}

/** An anchor, or a path that is there. */
function leadsSomewhere(schema: Json, fragment: string): boolean {
  if (!fragment.startsWith('/')) return true;
  let target: Json | undefined = schema;
  for (const segment of segmentsOf(fragment)) {
    const inner: JsonObject | readonly Json[] | undefined =
      isObject(target) || Array.isArray(target) ? target : undefined;
    target =
      inner === undefined || !Object.hasOwn(inner, segment) ? undefined : (inner as JsonObject)[segment];
  }
  return target !== undefined;
}

function atPointer(source: Source, pointer: string): ReturnType<typeof rootOf> {
  return segmentsOf(pointer).reduce((node, segment) => node.get(segment), rootOf(source));
}

/** The members of a list or map replaced; the value itself when none changes. */
function mapped(value: Json, replace: (inner: Json, key: string | number) => Json): Json {
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map(replace);
    return items.every((item, index) => item === (value as readonly Json[])[index]) ? value : items;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, replace(inner, key)] as const);
  return entries.every(([key, inner]) => inner === value[key]) ? value : Object.fromEntries(entries);
}
