import { isObject, type Json, type JsonObject, type JsonSchema } from '../../core/json.ts';

/**
 * A schema of a project as schemas of a document: itself, and each of its definitions, by their names there. Its references to itself
 * (`#`, `#/$defs/…`) lead to where these stand.
 * @param name of the schema in the document.
 */
export function localised(schema: JsonSchema, name: string): Readonly<Record<string, JsonSchema>> {
  if (!isObject(schema)) return { [name]: schema };
  const { $id: _id, $schema: _dialect, ...kept } = schema;
  const rest: Record<string, Json> = kept;
  const places = new Map<string, string>();
  const definitions: [string, JsonSchema][] = [];
  for (const key of ['$defs', 'definitions']) {
    const map = rest[key];
    if (!isObject(map)) continue;
    delete rest[key];
    for (const [part, definition] of Object.entries(map)) {
      const own = `${name}.${part.replace(/[^\w.-]/g, '_')}`;
      places.set(`#/${key}/${escaped(part)}`, own);
      definitions.push([own, definition as JsonSchema]);
    }
  }
  const move = (ref: string): string => moved(ref, name, places);
  return Object.fromEntries(
    [[name, rest] as const, ...definitions].map(([own, one]) => [own, inSchema(one, move) as JsonSchema]),
  );
}

/** Keys whose values are maps of schemas, and those whose values are data. */
const maps = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];
const data = ['const', 'enum', 'default', 'example', 'examples', 'required', 'dependentRequired'];

function inSchema(value: Json, move: (ref: string) => string): Json {
  if (Array.isArray(value)) return value.map((item: Json) => inSchema(item, move));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]): [string, Json] => {
      if (key === '$ref' && typeof inner === 'string') return [key, move(inner)];
      if (data.includes(key)) return [key, inner];
      if (maps.includes(key) && isObject(inner)) {
        const entries = Object.entries(inner).map(([name, one]) => [name, inSchema(one, move)]);
        return [key, Object.fromEntries(entries) as JsonObject];
      }
      return [key, inSchema(inner, move)];
    }),
  );
}

function moved(ref: string, name: string, places: ReadonlyMap<string, string>): string {
  if (ref !== '#' && !ref.startsWith('#/')) return ref;
  const [, begin = ref, rest = ''] = /^(#\/[^/]+\/[^/]+)(.*)$/.exec(ref) ?? [];
  const place = places.get(begin);
  return place === undefined
    ? `#/components/schemas/${name}${ref.slice(1)}`
    : `#/components/schemas/${place}${rest}`;
}

/** One segment of a JSON Pointer in a fragment. */
function escaped(part: string): string {
  return encodeURI(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
