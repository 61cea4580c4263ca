import { fragmentOf, pointer, segmentsOf, segmentsOfFragment } from '../core/json-pointer.ts';
import { isObject, type Json } from '../core/json.ts';
import { suggest } from '../core/suggest.ts';

/** What a reference leads to. */
export type Found =
  | { /** The place in the document. */ readonly path: readonly string[] }
  | {
      /** The address is one of the document, and only the place is not there. */
      readonly isKnown: boolean;
      /** The fragment that may have been meant. */
      readonly near?: string;
    };

/** A JSON Schema in which references are followed. */
export interface SchemaDocument {
  /** Parts of it have addresses of their own (`$id`). */
  readonly hasIds: boolean;
  /**
   * @param from where the schema is that refers.
   * @param address what stands before the `#`; empty: the document, or the part of it with an address of its own.
   * @param fragment what stands behind it: a percent-encoded JSON Pointer, or an anchor.
   */
  find(from: readonly string[], address: string, fragment: string): Found;
  /** Whether a check against the schema at a place would come back to it before it has looked into any value. */
  isEndless(at: readonly string[]): boolean;
}

interface Resource {
  readonly path: readonly string[];
  readonly id: string | undefined;
  readonly anchors: Map<string, readonly string[]>;
}

/** A JSON Schema as a document. */
export function schemaDocument(root: Json): SchemaDocument {
  if (!isObject(root)) return read(root);
  const before = known.get(root);
  if (before !== undefined) return before;
  const document = read(root);
  known.set(root, document);
  return document;
}

const known = new WeakMap<object, SchemaDocument>();

function read(root: Json): SchemaDocument {
  let found: readonly Resource[] | undefined;
  const resources = (): readonly Resource[] => (found ??= resourcesOf(root));
  const around = (from: readonly string[]): Resource =>
    resources().findLast(({ path }) => path.every((segment, at) => from[at] === segment)) ?? top;

  const find: SchemaDocument['find'] = (from, address, fragment) => {
    const home = around(from);
    const id = address === '' ? undefined : absolute(address, home.id);
    const base = id === undefined ? home : resources().find((one) => one.id === id);
    if (base === undefined) return { isKnown: false };
    if (fragment !== '' && !fragment.startsWith('/') && !fragment.startsWith('%2')) {
      const path = base.anchors.get(fragment);
      if (path !== undefined) return { path };
      const [near] = suggest(fragment, base.anchors.keys());
      if (near !== undefined) return { isKnown: true, near };
      const named = pathTo(root, [...base.path, '$defs', fragment]);
      return named === undefined ? nowhere : { isKnown: true, near: fragmentOf(['$defs', fragment]) };
    }
    const segments = segmentsOfFragment(fragment);
    const path = segments && pathTo(root, [...base.path, ...segments]);
    if (path !== undefined) return { path };
    const [next] = alternatives(fragment, segments ?? segmentsOf(fragment)).filter(
      (one) => pathTo(root, [...base.path, ...one]) !== undefined,
    );
    if (next !== undefined) return { isKnown: true, near: fragmentOf(next) };
    const near = nearest(root, base.path, segments ?? segmentsOf(fragment));
    return near === undefined ? nowhere : { isKnown: true, near: fragmentOf(near) };
  };

  return {
    get hasIds() {
      return resources().length > 1 || resources().some(({ id }) => id !== undefined);
    },
    find,
    isEndless(at) {
      const seen = new Set<string>();
      const comesBack = (path: readonly string[]): boolean => {
        const key = pointer(...path);
        if (seen.has(key)) return key === pointer(...at);
        seen.add(key);
        const schema = valueAt(root, path);
        if (!isObject(schema)) return false;
        const { $ref: reference, allOf } = schema;
        const [address = '', fragment = ''] = typeof reference === 'string' ? splitReference(reference) : [];
        const found = typeof reference === 'string' ? find(path, address, fragment) : undefined;
        const parts = Array.isArray(allOf) ? allOf.map((_, index) => [...path, 'allOf', String(index)]) : [];
        return [...(found !== undefined && 'path' in found ? [found.path] : []), ...parts].some(comesBack);
      };
      return comesBack(at);
    },
  };
}

const top: Resource = { path: [], id: undefined, anchors: new Map() };
const nowhere: Found = { isKnown: true };

/** Keywords whose value is data, not schemas. */
const literalKeywords: readonly string[] = ['const', 'enum', 'default', 'examples'];

/** The parts with addresses of their own, those around others first. */
function resourcesOf(root: Json): readonly Resource[] {
  const found: Resource[] = [];
  const visit = (node: Json, path: readonly string[], around: Resource | undefined): void => {
    if (Array.isArray(node))
      node.forEach((item: Json, index) => visit(item, [...path, String(index)], around));
    if (!isObject(node)) return;
    const isMap = path.at(-1) === 'properties';
    const { $id: id, $anchor: anchor } = isMap ? {} : node;
    let home = around;
    if (home === undefined || typeof id === 'string') {
      const own = typeof id === 'string' ? absolute(id.replace(/#.*$/, ''), home?.id) : undefined;
      home = { path, id: own, anchors: new Map() };
      found.push(home);
    }
    if (typeof anchor === 'string') home.anchors.set(anchor, path);
    for (const [key, inner] of Object.entries(node))
      if (isMap || !literalKeywords.includes(key)) visit(inner, [...path, key], home);
  };
  visit(root, [], undefined);
  return found;
}

function absolute(address: string, base: string | undefined): string {
  return URL.canParse(address, base) ? new URL(address, base).href : address;
}

/** The path when something is there. */
function pathTo(root: Json, path: readonly string[]): readonly string[] | undefined {
  return valueAt(root, path) === undefined ? undefined : path;
}

function valueAt(root: Json, path: readonly string[]): Json | undefined {
  let value: Json | undefined = root;
  for (const segment of path) {
    if (isObject(value)) value = Object.hasOwn(value, segment) ? value[segment] : undefined;
    else value = Array.isArray(value) ? (value as readonly Json[])[Number(segment)] : undefined;
  }
  return value;
}

/** What may have been meant: `%` as it stands, and `definitions` as this version of JSON Schema has it. */
function alternatives(fragment: string, segments: readonly string[]): readonly (readonly string[])[] {
  const plain = segmentsOf(fragment);
  const moved = [segments, plain].map(([first = '', ...rest]) =>
    first === 'definitions' ? ['$defs', ...rest] : first === '$defs' ? ['definitions', ...rest] : [],
  );
  const partly = segmentsOfFragment(fragment.replaceAll(/%(?![\da-f]{2})/gi, '%25')) ?? plain;
  return [plain, partly, ...moved].filter((one) => one.length > 0);
}

/** The path with its first wrong segment replaced by the nearest that is there, when it leads somewhere then. */
function nearest(
  root: Json,
  base: readonly string[],
  segments: readonly string[],
): readonly string[] | undefined {
  const wrong = segments.findIndex((_, at) => !pathTo(root, [...base, ...segments.slice(0, at + 1)]));
  const around = valueAt(root, [...base, ...segments.slice(0, wrong)]);
  const [near] = isObject(around) ? suggest(segments[wrong] ?? '', Object.keys(around)) : [];
  if (near === undefined) return undefined;
  const path = segments.with(wrong, near);
  return pathTo(root, [...base, ...path]) === undefined ? undefined : path;
}

/** A reference without its `#`, in two parts; what is not there is empty. */
export function splitReference(reference: string): readonly [address: string, fragment: string] {
  const at = reference.indexOf('#');
  return at === -1 ? [reference, ''] : [reference.slice(0, at), reference.slice(at + 1)];
}
