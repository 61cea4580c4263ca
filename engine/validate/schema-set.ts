import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageUrl } from '../core/package-url.ts';
import { segmentsOf } from '../core/json-pointer.ts';
import { isObject, type Json, type JsonObject } from '../core/json.ts';

/** A schema and the file its references are relative to. */
export interface Located {
  readonly schema: JsonObject | boolean;
  readonly file: string;
}

/**
 * The schemas of all kinds. They are walked, not compiled: compiling them takes longer than the rest of a start, and the walk has
 * to say in any case what is wrong. A test holds the walk against ajv.
 */
export interface SchemaSet {
  /** The schema of a kind; undefined when the kind has none. */
  readonly root: (kind: string) => Located | undefined;
  /** The schema that stands at the end of a chain of `$ref`. */
  readonly follow: (located: Located) => Located;
}

const shippedFolder = fileURLToPath(new URL('schema', packageUrl));
const known = new Map<string, SchemaSet>();

/** Reads the schemas of a folder (default: those of the package) once. */
export function schemaSet(folder = shippedFolder): SchemaSet {
  const present = known.get(folder);
  if (present !== undefined) return present;
  const set = readSchemas(folder);
  known.set(folder, set);
  return set;
}

function readSchemas(folder: string): SchemaSet {
  const files = new Map<string, JsonObject>();
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.schema.json'))) {
    files.set(name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as JsonObject);
  }
  const fileOf = (kind: string): string => `${kind}.schema.json`;
  const ends = new WeakMap<JsonObject, Located>();
  const follow = (located: Located): Located => {
    const start = located.schema;
    if (typeof start === 'boolean' || start['$ref'] === undefined) return located;
    let schema: JsonObject | boolean = start;
    let { file } = located;
    const end = ends.get(start);
    if (end !== undefined) return end;
    for (let hops = 0; hops < 32 && typeof schema !== 'boolean'; hops += 1) {
      const reference: Json | undefined = schema['$ref'];
      if (typeof reference !== 'string') break;
      const [path = '', pointer = '']: string[] = reference.split('#');
      file = path === '' ? file : path.replace(/^\.\//, '');
      let target: Json = files.get(file) ?? true;
      for (const segment of segmentsOf(pointer)) target = isObject(target) ? (target[segment] ?? true) : true;
      schema = isObject(target) || typeof target === 'boolean' ? target : true;
    }
    const found = { schema, file };
    ends.set(start, found);
    return found;
  };

  return {
    root: (kind) => {
      const schema = files.get(fileOf(kind));
      return schema === undefined ? undefined : { schema, file: fileOf(kind) };
    },
    follow,
  };
}
