import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { segmentsOf } from '../core/json-pointer.ts';
import { isObject, type Json, type JsonObject } from '../core/json.ts';

/** A schema and the file its references are relative to. */
export interface Located {
  readonly schema: JsonObject | boolean;
  readonly file: string;
}

/** The schemas of all kinds. */
export interface SchemaSet {
  /** The schema of a kind; undefined when the kind has none. */
  readonly root: (kind: string) => Located | undefined;
  /** Tells whether a value fits the schema of a kind that has one. */
  readonly fits: (kind: string, value: Json) => boolean;
  /** The schema that stands at the end of a chain of `$ref`. */
  readonly follow: (located: Located) => Located;
}

const shippedFolder = fileURLToPath(new URL('../../schema', import.meta.url));
const known = new Map<string, SchemaSet>();

/** Reads the schemas of a folder (default: those of the package) once; a kind is compiled when it is first asked for. */
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
  // Only the verdict is taken from ajv; its first error ends the work.
  const ajv = new Ajv({ strict: false, validateFormats: false });
  for (const [name, schema] of files) ajv.addSchema(schema, name);
  const validators = new Map<string, ValidateFunction>();
  const validator = (kind: string): ValidateFunction | undefined => {
    const compiled =
      validators.get(kind) ?? (files.has(fileOf(kind)) ? ajv.getSchema(fileOf(kind)) : undefined);
    if (compiled !== undefined) validators.set(kind, compiled);
    return compiled;
  };

  const follow = (located: Located): Located => {
    let { schema, file } = located;
    for (let hops = 0; hops < 32 && typeof schema !== 'boolean'; hops += 1) {
      const reference: Json | undefined = schema['$ref'];
      if (typeof reference !== 'string') break;
      const [path = '', pointer = ''] = reference.split('#');
      file = path === '' ? file : path.replace(/^\.\//, '');
      let target: Json = files.get(file) ?? true;
      for (const segment of segmentsOf(pointer)) target = isObject(target) ? (target[segment] ?? true) : true;
      schema = isObject(target) || typeof target === 'boolean' ? target : true;
    }
    return { schema, file };
  };

  return {
    root: (kind) => {
      const schema = files.get(fileOf(kind));
      return schema === undefined ? undefined : { schema, file: fileOf(kind) };
    },
    fits: (kind, value) => validator(kind)?.(value) === true,
    follow,
  };
}
