import { isObject, type Json } from '../core/json.ts';
import { pointer as segment } from '../core/json-pointer.ts';
import type { Related } from '../core/diagnostic.ts';
import type { Source } from '../source/index.ts';

/** Finds where a JSON Schema of the sources says what values there are: its `enum` or `const`. */
export function schemaPlaces(sources: readonly Source[]): (schema: object) => readonly Related[] {
  let places: Map<object, Place> | undefined;
  return (schema) => {
    places ??= placesIn(sources);
    const place = places.get(schema);
    if (place === undefined) return [];
    const { source, pointer } = place;
    const key = Object.hasOwn(schema, 'enum') ? 'enum' : 'const';
    const range = source.rangeOf(pointer + segment(key));
    return [{ file: source.file, range, message: 'the values are declared here' }];
  };
}

interface Place {
  readonly source: Source;
  readonly pointer: string;
}

function placesIn(sources: readonly Source[]): Map<object, Place> {
  const places = new Map<object, Place>();
  for (const source of sources) {
    const open: [Json, string][] = [[source.value, '']];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [value, pointer] = next;
      if (typeof value !== 'object' || value === null || places.has(value)) continue;
      if (isObject(value)) places.set(value, { source, pointer });
      for (const [key, inner] of Object.entries(value)) open.push([inner, pointer + segment(key)]);
    }
  }
  return places;
}
