import type { ErrorObject } from 'ajv/dist/2020.js';
import { pointer } from '../core/json-pointer.ts';
import { suggest } from '../core/suggest.ts';
import { kindOf } from './cel-failure.ts';
import { relevantErrors } from './schema-union.ts';
import type { SchemaFault } from './types.ts';

/** The validator's errors as faults in our words, at most 20, each said once; of a failed union only the branch that came closest. */
export function faultsOf(errors: readonly ErrorObject[]): SchemaFault[] {
  const faults: SchemaFault[] = [];
  const seen = new Set<string>();
  for (const error of relevantErrors(errors.slice(0, 1_000))) {
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
