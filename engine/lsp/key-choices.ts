import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { adjustmentOf } from '../rules/index.ts';
import type { Analysis } from '../compiler.ts';
import type { Source } from '../source/index.ts';
import { inputSchemaOfCall } from './called.ts';
import type { RulePages } from './rule-pages.ts';
import { keysAt, type KeySite } from './schema-at.ts';
import { schemaKeys, schemaPlace } from './user-schema.ts';

/** The keys that the map at a pointer may have: those of its kind, of what a call takes, or of JSON Schema. */
export function keyChoices(
  analysis: Analysis,
  source: Source,
  pointer: string,
  pages: RulePages,
): readonly KeySite[] {
  const called = inputSchemaOfCall(analysis, source, pointer);
  if (called !== undefined) return keysOfSchema(called);
  const place = schemaPlace(source, pointer);
  if (place !== undefined) return place.is === 'schema' ? schemaKeys : [];
  const keys = keysAt(source, pointer);
  if (pointer === '') return keys.filter(({ key }) => !common.has(key));
  return source.kind === 'project' && pointer === '/rules' ? [...keys, ...ruleKeys(pages)] : keys;
}

/** Keys every spec may have, which the file and its folder say already. */
const common: ReadonlySet<string> = new Set(['apiVersion', 'kind']);

/** The rules whose level may be set. */
function ruleKeys(pages: RulePages): KeySite[] {
  return [...pages.values()]
    .filter(({ rule }) => adjustmentOf(rule).adjustable)
    .map(({ rule, summary }) => ({
      ...plainKey,
      key: rule,
      description: summary,
      schema: { type: 'string' },
    }));
}

/** The properties of a user's schema, as keys. */
function keysOfSchema(schema: JsonObject): KeySite[] {
  const required = Array.isArray(schema['required']) ? (schema['required'] as readonly Json[]) : [];
  const properties = isObject(schema['properties']) ? Object.entries(schema['properties']) : [];
  return properties.map(([key, part]) => {
    const inner = isObject(part) ? part : {};
    const { description, type } = inner;
    return {
      ...plainKey,
      key,
      // What goes into a call is most often one expression, so no map or list is begun for it.
      schema: { ...inner, ...(type === 'object' || type === 'array' ? { type: [type] } : {}) },
      description: typeof description === 'string' ? description : undefined,
      required: required.includes(key),
    };
  });
}

const plainKey = { file: '', named: true, required: false, verb: false } as const;
