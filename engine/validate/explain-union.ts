import { pointer as pointerOf } from '../core/json-pointer.ts';
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { suggest } from '../core/suggest.ts';
import { nowhere, type Context } from './context.ts';
import { shapeToWrite } from './shape-to-write.ts';
import { isOfType, typesOf } from './types-of.ts';
import { enumFaults, wrongType } from './value-faults.ts';
import { branchesOf, byLiterals, propertiesOf, requiredOf, viableBranches, type Branch } from './branches.ts';
import { unknownKey } from './explain-object.ts';
import { describe, either, nameOf, typeWord, type Fault } from './fault.ts';
import { foreignKey } from './foreign-keys.ts';
import type { Located } from './schema-set.ts';

/** Faults of a value that has to fit one of several alternatives: those of the alternative that was meant. */
export function unionFaults(
  alternatives: readonly Located[],
  union: Located,
  value: Json,
  at: string,
  context: Context,
): Fault[] {
  const branches = branchesOf(alternatives, union, context.set);
  const accepting = branches.filter(({ schema }) => {
    const types = typesOf(schema);
    return types.length === 0 || types.some((type) => isOfType(value, type));
  });
  if (accepting.length === 0) {
    return [
      wrongType(
        branches.flatMap(({ schema }) => typesOf(schema)),
        value,
        at,
        shapeToWrite([union, ...branches.map(({ located }) => located)], value, at, context.set),
      ),
    ];
  }
  if (isObject(value)) {
    const verbs = accepting.filter(({ verb }) => verb !== undefined);
    if (verbs.length > 1) return verbFaults(verbs, union, value, at, context);
  }
  const literals = accepting.map(({ schema }) => schema['const']);
  if (accepting.length > 1 && literals.every((literal) => literal !== undefined)) {
    return enumFaults(
      literals.filter((literal): literal is Json => literal !== undefined),
      value,
      at,
    );
  }
  const [only] = literals;
  if (accepting.length === 1 && only !== undefined && typeof only !== 'string') {
    const others = branches.filter((branch) => !accepting.includes(branch));
    const words = [...new Set(others.flatMap(({ schema }) => typesOf(schema)).map(typeWord))];
    const message = `${nameOf(at)} must be ${either([...words, JSON.stringify(only)])}, got ${describe(value)}`;
    return enumFaults([only], value, at).map((fault) => (words.length === 0 ? fault : { ...fault, message }));
  }
  return fewest(accepting.map(({ located }) => context.explain(located, value, at, context)));
}

function verbFaults(
  branches: readonly Branch[],
  union: Located,
  value: JsonObject,
  at: string,
  context: Context,
): Fault[] {
  const verbs = branches.flatMap(({ verb }) => verb ?? []);
  const written = verbs.filter((verb) => Object.hasOwn(value, verb));
  const viable = viableBranches(branches, written);
  const chosen = viable.length === 1 ? viable[0] : undefined;
  if (chosen !== undefined) {
    const elsewhere = (key: string): string[] => verbsKnowing(key, branches, chosen);
    return context.explain(chosen.located, value, at, { ...context, elsewhere });
  }
  const typed = written.length === 0 ? byLiterals(branches, value) : undefined;
  if (typed !== undefined) return context.explain(typed.located, value, at, context);

  const isStep = branches.length > 6;
  const choice = written.length === 0 ? noVerb(verbs, isStep, value, at) : twoVerbs(written, isStep, at);
  const candidates =
    written.length === 0
      ? branches
      : branches.filter(({ verb }) => verb !== undefined && written.includes(verb));
  const rest = faultsOfKnownKeys(candidates, choice, union, value, at, context);
  return [choice, ...rest];
}

function noVerb(verbs: readonly string[], isStep: boolean, value: JsonObject, at: string): Fault {
  for (const key of Object.keys(value)) {
    const [near] = suggest(key, verbs);
    const foreign = foreignKey(key, verbs);
    const pointer = at + pointerOf(key);
    if (foreign?.write !== undefined) {
      const { message, write } = foreign;
      return { rule: 'schema/foreign-key-name', message, pointer, part: 'key', suggestions: [write] };
    }
    if (near === undefined) continue;
    if (!isStep) {
      const message = `unknown key "${key}"; did you mean "${near}"?`;
      return { rule: 'schema/unknown-key', message, pointer, part: 'key', suggestions: [near] };
    }
    const message = `the step has no verb: "${key}" is none; did you mean "${near}"?`;
    return { rule: 'schema/no-verb', message, pointer, part: 'key', suggestions: [near] };
  }
  const quoted = verbs.map((verb) => `"${verb}"`);
  if (!isStep) {
    return {
      rule: 'schema/missing-key',
      message: `${nameOf(at)} needs ${either(quoted)}`,
      pointer: at,
      part: 'key',
    };
  }
  const message = `the step has no verb; expected one of ${quoted.slice(0, 6).join(', ')}, …`;
  return {
    rule: 'schema/no-verb',
    message,
    pointer: at,
    part: 'key',
    hint: `the verbs are ${verbs.join(', ')}`,
  };
}

function twoVerbs(written: readonly string[], isStep: boolean, at: string): Fault {
  const [first = '', second = ''] = written;
  const list = written.map((verb) => `"${verb}"`).join(' and ');
  const message = isStep
    ? `a step does one thing, and ${list} are two; make two steps`
    : `${list} exclude each other; keep one`;
  return {
    rule: isStep ? 'schema/two-verbs' : 'schema/exclusive-keys',
    message,
    pointer: at + pointerOf(second),
    part: 'key',
    related: { pointer: at + pointerOf(first), message: 'the other one' },
  };
}

/** With no alternative chosen: what can be said of each key on its own. */
function faultsOfKnownKeys(
  branches: readonly Branch[],
  choice: Fault,
  union: Located,
  value: JsonObject,
  at: string,
  context: Context,
): Fault[] {
  const deeper: Context = { ...context, elsewhere: nowhere, conditions: [] };
  const isClosed = branches.every(({ schema }) => schema['additionalProperties'] === false);
  const allowed = [...new Set(branches.flatMap(({ schema }) => Object.keys(propertiesOf(schema))))];
  const faults = Object.entries(value).flatMap(([key, item]): Fault[] => {
    const pointer = at + pointerOf(key);
    if (pointer === choice.pointer || key.startsWith('x-')) return [];
    const having = branches.filter(({ schema }) => Object.hasOwn(propertiesOf(schema), key));
    if (having.length === 0)
      return isClosed ? [unknownKey(key, allowed, union, pointer, deeper, Object.keys(value))] : [];
    const around = [...context.around, ...having.slice(0, 1).map(({ located }) => located)];
    return fewest(
      having.map(({ schema, located }) => {
        const part = propertiesOf(schema)[key];
        const inner = isObject(part) || typeof part === 'boolean' ? part : true;
        return context.explain({ schema: inner, file: located.file }, item, pointer, { ...deeper, around });
      }),
    );
  });
  const shared = branches
    .map(({ schema }) => requiredOf(schema))
    .reduce((all, keys) => all.filter((key) => keys.includes(key)));
  const missing = shared
    .filter((key) => !Object.hasOwn(value, key))
    .map((key): Fault => ({
      rule: 'schema/missing-key',
      message: `"${key}" is missing in ${nameOf(at)}`,
      pointer: at,
      part: 'key',
    }));
  return [...faults, ...missing];
}

function verbsKnowing(key: string, branches: readonly Branch[], chosen: Branch): string[] {
  return branches.flatMap(({ schema, verb }) =>
    verb !== undefined && schema !== chosen.schema && Object.hasOwn(propertiesOf(schema), key) ? [verb] : [],
  );
}

function fewest(lists: readonly (readonly Fault[])[]): Fault[] {
  return [...lists].sort((a, b) => a.length - b.length)[0]?.slice() ?? [];
}
