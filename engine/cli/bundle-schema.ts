import type { Json, JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';

/**
 * One schema of `schema/` that needs no other file: what it refers to, here and in other files, stands under its `definitions`, once
 * each and only when it is used.
 * @param files the schemas by file name.
 * @param file the schema to make whole.
 */
export function bundleSchema(files: Readonly<Record<string, JsonObject>>, file: string): JsonObject {
  const names = new Map<string, string>();
  const definitions: Record<string, Json> = {};

  const take = (home: string, key: string): string => {
    const known = names.get(`${home}#${key}`);
    if (known !== undefined) return known;
    const taken = new Set(names.values());
    const name = taken.has(key) ? `${home.replace('.schema.json', '')}-${key}` : key;
    names.set(`${home}#${key}`, name);
    const target = files[home]?.['$defs'];
    if (!isObject(target) || target[key] === undefined)
      throw new Error(`"${home}#/$defs/${key}" points at nothing`);
    definitions[name] = null;
    definitions[name] = copy(target[key], home);
    return name;
  };
  const copy = (node: Json, home: string, isMap = false): Json => {
    if (Array.isArray(node)) return node.map((item: Json) => copy(item, home));
    if (!isObject(node)) return node;
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => {
        if (isMap) return [key, copy(value, home)];
        if (data.has(key)) return [key, value];
        const found = key === '$ref' && typeof value === 'string' ? reference.exec(value) : null;
        if (found === null) return [key, copy(value, home, maps.has(key))];
        const [, path = '', name = ''] = found;
        return [key, `#/definitions/${take(path === '' ? home : path, name)}`];
      }),
    );
  };

  const { $defs: _, $id: _id, ...root } = files[file] ?? {};
  const whole = copy(root, file);
  return { ...(isObject(whole) ? whole : {}), definitions };
}

const reference = /^([^#]*)#\/\$defs\/(.+)$/;

/** Keywords whose value is any JSON, and those whose value is a map of schemas by a name of its own. */
const data: ReadonlySet<string> = new Set(['examples', 'default', 'const', 'enum']);
const maps: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'definitions']);
