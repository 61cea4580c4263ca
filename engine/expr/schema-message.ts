import type { ErrorObject } from 'ajv/dist/2020.js';
import { pointer } from '../core/json-pointer.ts';
import { suggest } from '../core/suggest.ts';
import { kindOf } from './cel-failure.ts';
import type { SchemaFault } from './types.ts';

/** The validator's errors as faults in our words, at most 20, each said once; of a failed union only the branch that came closest. */
export function faultsOf(errors: readonly ErrorObject[]): SchemaFault[] {
  const faults: SchemaFault[] = [];
  const seen = new Set<string>();
  for (const error of relevant(errors.slice(0, 1_000))) {
    const fault = faultOf(error);
    const key = `${fault.pointer} ${fault.message}`;
    if (seen.has(key)) continue;
    seen.add(key);
    faults.push(fault);
    if (faults.length === 20) break;
  }
  return faults;
}

/** Faults on one line: `/label must be string, got number 3; missing "reason"`; at most five, then how many more. */
export function describeFaults(faults: readonly SchemaFault[]): string {
  const shown = faults
    .slice(0, 5)
    .map(({ pointer: at, message }) => (at === '' ? message : `${at} ${message}`));
  return shown.join('; ') + (faults.length > 5 ? `; and ${faults.length - 5} more` : '');
}

/** Drops the errors of union branches that were not meant, and errors that only sum up others. */
function relevant(errors: readonly ErrorObject[]): ErrorObject[] {
  let kept: ErrorObject[] = [];
  for (const error of errors) {
    if (error.keyword === 'anyOf' || error.keyword === 'oneOf') {
      const inside = (other: ErrorObject): boolean =>
        other.schemaPath.startsWith(`${error.schemaPath}/`) ||
        (error.keyword !== 'oneOf' || error.params['passingSchemas'] === null
          ? other.schemaPath.startsWith('#/$defs/') && other.instancePath.startsWith(error.instancePath)
          : false);
      const branches = kept.filter(inside);
      kept = kept.filter((other) => !inside(other));
      kept.push(...closest(error, branches));
    } else if (error.keyword === 'if' || error.keyword === 'propertyNames') {
      if (!kept.some((other) => other.schemaPath !== error.schemaPath) || error.keyword === 'propertyNames')
        kept.push(error);
    } else kept.push(error);
  }
  return kept;
}

/** Of the branches of a union, the errors of the one that fits best; the union itself when none stands out. */
function closest(union: ErrorObject, errors: readonly ErrorObject[]): ErrorObject[] {
  const groups = new Map<string, ErrorObject[]>();
  for (const error of errors) {
    const key = error.schemaPath.startsWith(`${union.schemaPath}/`)
      ? (error.schemaPath.slice(union.schemaPath.length + 1).split('/')[0] ?? '')
      : error.schemaPath.split('/').slice(0, 3).join('/');
    groups.set(key, [...(groups.get(key) ?? []), error]);
  }
  const all = [...groups.values()];
  const atTop = (error: ErrorObject): boolean => error.instancePath === union.instancePath;
  const meant = all.filter(
    (group) =>
      !group.some(
        (error) =>
          atTop(error) && (error.keyword === 'type' || error.keyword === 'const' || error.keyword === 'enum'),
      ),
  );
  const ranked = meant
    .map((group) => ({ group, cost: group.reduce((sum, error) => sum + costOf(error), 0) }))
    .sort((a, b) => a.cost - b.cost);
  const [best, second] = ranked;
  if (best !== undefined && (second === undefined || best.cost < second.cost)) return best.group;
  const simple = errors.filter(
    (error) => atTop(error) && (error.keyword === 'type' || error.keyword === 'enum'),
  );
  if (all.length > 0 && meant.length === 0 && simple.length === errors.length) return merged(union, simple);
  return [union];
}

/** A wrong discriminator tells that a branch was not meant, so it weighs more than an unfinished one. */
function costOf(error: ErrorObject): number {
  return error.keyword === 'const' || error.keyword === 'enum'
    ? 10
    : error.keyword === 'additionalProperties'
      ? 2
      : 1;
}

/** Branches that only ask for types or choices, said as one. */
function merged(union: ErrorObject, errors: readonly ErrorObject[]): ErrorObject[] {
  const types = errors.flatMap((error) =>
    error.keyword === 'type' ? [error.params['type'] as string | string[]].flat() : [],
  );
  const values = errors.flatMap((error) =>
    error.keyword === 'enum' ? (error.params['allowedValues'] as unknown[]) : [],
  );
  const first = errors[0] ?? union;
  return values.length > 0 && typeof union.data === 'string'
    ? [{ ...first, keyword: 'enum', params: { allowedValues: values } }]
    : [{ ...first, keyword: 'type', params: { type: [...new Set(types)] } }];
}

function faultOf(error: ErrorObject): SchemaFault {
  const params = error.params as Readonly<Record<string, unknown>>;
  const at = error.instancePath;
  const got = `got ${shown(error.data)}`;
  const say = (message: string): SchemaFault => ({ pointer: at, message });
  switch (error.keyword) {
    case 'type': {
      const types = [params['type']].flat().map(String);
      return say(`must be ${types.join(' or ')}, got ${typed(error.data)}`);
    }
    case 'required':
      return say(`missing "${String(params['missingProperty'])}"`);
    case 'dependentRequired':
      return say(
        `missing "${String(params['missingProperty'])}", needed with "${String(params['property'])}"`,
      );
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const key = String(params['additionalProperty'] ?? params['unevaluatedProperty']);
      return { pointer: at + pointer(key), message: `unknown key "${key}"${nearest(key, keysOf(error))}` };
    }
    case 'propertyNames':
      return say(`the key "${String(params['propertyName'])}" is not allowed`);
    case 'enum': {
      const allowed = params['allowedValues'] as readonly unknown[];
      const near =
        typeof error.data === 'string'
          ? nearest(
              error.data,
              allowed.filter((value) => typeof value === 'string'),
            )
          : '';
      const some = allowed
        .slice(0, 6)
        .map((value) => JSON.stringify(value))
        .join(', ');
      return say(`must be one of ${some}${allowed.length > 6 ? ', …' : ''}, ${got}${near}`);
    }
    case 'const':
      return say(`must be ${shown(params['allowedValue'])}, ${got}`);
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return say(`must be ${comparisons[error.keyword] ?? ''} ${String(params['limit'])}, ${got}`);
    case 'multipleOf':
      return say(`must be a multiple of ${String(params['multipleOf'])}, ${got}`);
    case 'minLength':
    case 'maxLength':
    case 'minItems':
    case 'maxItems':
    case 'minProperties':
    case 'maxProperties':
      return say(sized(error.keyword, Number(params['limit'])));
    case 'uniqueItems':
      return say(`items ${String(params['j'])} and ${String(params['i'])} are the same`);
    case 'pattern':
      return say(`must match the pattern ${JSON.stringify(params['pattern'])}, ${got}`);
    case 'format':
      return say(`must be a valid ${String(params['format'])}, ${got}`);
    case 'anyOf':
      return say(`fits none of the allowed forms, got ${typed(error.data)}`);
    case 'oneOf':
      return say(
        params['passingSchemas']
          ? 'fits more than one of the allowed forms'
          : `fits none of the allowed forms, got ${typed(error.data)}`,
      );
    case 'not':
      return say('has a form that is not allowed');
    case 'contains':
      return say('holds no item, or too many items, of the wanted form');
    case 'if':
      return say('does not fit the condition of its schema');
    case 'false schema':
      return say('is not allowed');
    default:
      return say(error.message ?? 'does not fit its schema');
  }
}

const comparisons: Readonly<Record<string, string>> = {
  minimum: 'at least',
  maximum: 'at most',
  exclusiveMinimum: 'greater than',
  exclusiveMaximum: 'less than',
};

function sized(keyword: string, limit: number): string {
  const many = keyword.startsWith('min') ? 'at least' : 'at most';
  const unit = keyword.endsWith('Length') ? 'character' : keyword.endsWith('Items') ? 'item' : 'key';
  return `must have ${many} ${limit} ${unit}${limit === 1 ? '' : 's'}`;
}

function nearest(word: string, candidates: readonly string[]): string {
  const [near] = suggest(word, candidates);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

function keysOf(error: ErrorObject): string[] {
  const parent = error.parentSchema as { readonly properties?: object } | undefined;
  return Object.keys(parent?.properties ?? {});
}

function typed(value: unknown): string {
  const kind = kindOf(value);
  if (kind === 'list') return 'array';
  return kind === 'string' || kind === 'number'
    ? `${kind} ${shown(value)}`
    : kind === 'bool'
      ? `boolean ${String(value)}`
      : kind;
}

function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'array' : 'object';
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return 'nothing';
  return text.length > 60 ? `${text.slice(0, 58)}…"` : text;
}
