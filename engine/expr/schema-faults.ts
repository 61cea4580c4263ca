import { isObject, type Json, type JsonObject, type JsonSchema } from '../core/json.ts';
import { fragmentOf, pointer, segmentsOf, segmentsOfFragment } from '../core/json-pointer.ts';
import { namesForSchema } from '../core/names-for-schema.ts';
import { isPlainSchema } from '../core/plain-schema.ts';
import { limits } from './limits.ts';
import { linearPattern } from './linear-pattern.ts';
import { compiler, withoutDialect } from './schema-compiler.ts';
import { faultsOf } from './schema-message.ts';
import type { SchemaFault } from './types.ts';

/**
 * Why a value is no JSON Schema (2020-12) that the engine can use: shape, patterns without linear time,
 * references that lead nowhere. Pointers lead into the schema. Empty when `compileSchema` will accept it. Never throws.
 */
export function schemaFaults(schema: unknown): SchemaFault[] {
  if (typeof schema === 'boolean') return [];
  if (!isObject(schema)) return [{ pointer: '', message: 'a JSON Schema must be an object or a boolean' }];
  const names = namesForSchema(schema);
  if (names !== undefined) return [{ pointer: '', message: names }];
  const { tooDeep, hasIds, refers, faults } = walk(schema);
  if (tooDeep) return [{ pointer: '', message: `is nested deeper than ${limits.depth} levels` }];
  try {
    const bare = withoutDialect(schema);
    const found = isPlainSchema(bare) ? faults : [...metaFaults(bare), ...faults];
    return found.length === 0 && (hasIds || refers) ? compileFaults(bare, hasIds) : found;
  } catch {
    return [{ pointer: '', message: 'is no JSON' }];
  }
}

/** Why a text is no pattern that can be matched in linear time. */
export function patternFault(pattern: string): string | undefined {
  const compiled = linearPattern(pattern);
  return 'fault' in compiled ? `bad pattern: ${compiled.fault}` : undefined;
}

/** What the meta-schema finds. */
function metaFaults(schema: JsonSchema): SchemaFault[] {
  const ajv = compiler(false);
  const fits = ajv.validate('https://json-schema.org/draft/2020-12/schema', schema) === true;
  return fits ? [] : faultsOf(ajv.errors ?? []);
}

/** Faults of patterns and local references, where their keywords stand as keywords; references through ids are left to the compiler. */
function walk(schema: JsonObject): {
  tooDeep: boolean;
  hasIds: boolean;
  refers: boolean;
  faults: SchemaFault[];
} {
  const faults: SchemaFault[] = [];
  const references: SchemaFault[] = [];
  let hasIds = false;
  let refers = false;
  const open: [Json, string, number, boolean][] = [[schema, '', 0, false]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [item, at, depth, isMap] = next;
    if (depth > limits.depth) return { tooDeep: true, hasIds, refers, faults };
    if (!isObject(item)) {
      if (Array.isArray(item))
        item.forEach((inner: Json, index) => open.push([inner, at + pointer(index), depth + 1, false]));
      continue;
    }
    if (!isMap) {
      const pattern = item['pattern'];
      if (typeof pattern === 'string') checkPattern(pattern, `${at}/pattern`, faults);
      const patterns = item['patternProperties'];
      if (isObject(patterns)) {
        for (const key of Object.keys(patterns))
          checkPattern(key, `${at}/patternProperties${pointer(key)}`, faults);
      }
      const reference = item['$ref'];
      if (typeof reference === 'string') {
        refers = true;
        checkReference(reference, schema, `${at}/$ref`, references);
      }
      hasIds ||= idKeywords.some((key) => Object.hasOwn(item, key));
    }
    for (const [key, inner] of Object.entries(item)) {
      if (!isMap && literalKeywords.has(key)) continue;
      open.push([inner, at + pointer(key), depth + 1, !isMap && mapKeywords.has(key)]);
    }
  }
  if (!hasIds) faults.push(...references);
  return { tooDeep: false, hasIds, refers, faults: faults.sort((a, b) => (a.pointer < b.pointer ? -1 : 1)) };
}

const idKeywords: readonly string[] = ['$id', '$anchor', '$dynamicAnchor'];
/** Keywords whose value is data, not schemas. */
const literalKeywords: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples', 'required']);
/** Keywords whose value maps free names to schemas. */
const mapKeywords: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
]);

function checkPattern(pattern: string, at: string, faults: SchemaFault[]): void {
  const message = patternFault(pattern);
  if (message !== undefined) faults.push({ pointer: at, message });
}

function checkReference(reference: string, schema: JsonSchema, at: string, faults: SchemaFault[]): void {
  if (!reference.startsWith('#')) {
    faults.push({
      pointer: at,
      message: `"${reference}" leads out of the schema; only "#/…" can be followed`,
    });
    return;
  }
  const fragment = reference.slice(1);
  const segments = segmentsOfFragment(fragment);
  if (segments === undefined) {
    const instead = fragmentOf(segmentsOf(fragment));
    faults.push({ pointer: at, message: `"${reference}" is no URI; write "#${instead}"` });
    return;
  }
  let target: Json | undefined = schema;
  for (const segment of segments) {
    if (isObject(target) && Object.hasOwn(target, segment)) target = target[segment];
    else if (Array.isArray(target)) target = (target as readonly Json[])[Number(segment)];
    else target = undefined;
  }
  if (target === undefined) faults.push({ pointer: at, message: `"${reference}" leads nowhere` });
}

/** What only compiling can tell, such as a reference through an id, or one that leads to itself. */
function compileFaults(schema: JsonSchema, hasIds: boolean): SchemaFault[] {
  try {
    const ajv = compiler(hasIds);
    ajv.compile(schema);
    if (typeof schema === 'object') ajv.removeSchema(schema);
    return [];
  } catch (error) {
    if (error instanceof RangeError) return [{ pointer: '', message: 'refers to itself without end' }];
    const message = error instanceof Error ? error.message : 'cannot be compiled';
    return [{ pointer: '', message: message.charAt(0).toLowerCase() + message.slice(1) }];
  }
}
