import type { ErrorObject } from 'ajv/dist/2020.js';

/**
 * The validator reports every branch of a failed `anyOf` or `oneOf`. Keeps only the branch that was meant, and drops
 * errors that only sum up others.
 */
export function relevantErrors(errors: readonly ErrorObject[]): ErrorObject[] {
  let kept: ErrorObject[] = [];
  for (const error of errors) {
    if (error.keyword === 'anyOf' || error.keyword === 'oneOf') {
      const branches = kept.filter((other) => isInside(error, other));
      kept = kept.filter((other) => !branches.includes(other));
      kept.push(...closest(error, branches));
    } else if (error.keyword !== 'if' || kept.length === 0) {
      kept.push(error);
    }
  }
  return kept;
}

/** Whether an error came from a branch of the union; branches that are references lose their own schema path. */
function isInside(union: ErrorObject, other: ErrorObject): boolean {
  if (other.schemaPath.startsWith(`${union.schemaPath}/`)) return true;
  const failed = union.keyword === 'anyOf' || union.params['passingSchemas'] === null;
  return (
    failed && other.schemaPath.startsWith('#/$defs/') && other.instancePath.startsWith(union.instancePath)
  );
}

/** Of the branches of a union, the errors of the one that fits best; the union itself when none stands out. */
function closest(union: ErrorObject, errors: readonly ErrorObject[]): ErrorObject[] {
  const groups = branchesOf(union, errors);
  const meant = groups.filter((group) => !group.some((error) => refusesWhole(union, error)));
  if (meant.length === 0) {
    return errors.length > 0 && errors.every((error) => refusesWhole(union, error))
      ? [merged(union, errors)]
      : [union];
  }
  const choice = discriminator(meant);
  if (choice !== undefined) return [choice];
  const [best, second] = meant
    .map((group) => ({ group, cost: group.reduce((sum, error) => sum + costOf(error), 0) }))
    .sort((a, b) => a.cost - b.cost);
  return best !== undefined && (second === undefined || best.cost < second.cost) ? best.group : [union];
}

function branchesOf(union: ErrorObject, errors: readonly ErrorObject[]): ErrorObject[][] {
  const groups = new Map<string, ErrorObject[]>();
  for (const error of errors) {
    const key = error.schemaPath.startsWith(`${union.schemaPath}/`)
      ? (error.schemaPath.slice(union.schemaPath.length + 1).split('/')[0] ?? '')
      : error.schemaPath.split('/').slice(0, 3).join('/') + (refusesWhole(union, error) ? '/' : '');
    groups.set(key, [...(groups.get(key) ?? []), error]);
  }
  return [...groups.values()];
}

/** Whether an error refuses the kind of the whole value, so that its branch was not meant. */
function refusesWhole(union: ErrorObject, error: ErrorObject): boolean {
  return error.instancePath === union.instancePath && ['type', 'const', 'enum'].includes(error.keyword);
}

/** When every branch wants another constant at one place, the choices of that place. */
function discriminator(groups: readonly ErrorObject[][]): ErrorObject | undefined {
  const [first, ...rest] = groups;
  const candidate = first?.find((error) => error.keyword === 'const');
  if (candidate === undefined || rest.length === 0) return undefined;
  const found = groups.map((group) =>
    group.find((error) => error.keyword === 'const' && error.instancePath === candidate.instancePath),
  );
  if (found.includes(undefined)) return undefined;
  const allowedValues = found.map((error) => error?.params['allowedValue'] as unknown);
  return { ...candidate, keyword: 'enum', params: { allowedValues } };
}

/** A wrong constant tells that a branch was not meant, so it weighs more than an unfinished branch. */
function costOf(error: ErrorObject): number {
  if (error.keyword === 'const' || error.keyword === 'enum') return 10;
  return error.keyword === 'additionalProperties' ? 2 : 1;
}

/** Branches that only ask for kinds or choices, said as one. */
function merged(union: ErrorObject, errors: readonly ErrorObject[]): ErrorObject {
  const allowedValues = errors.flatMap((error) => {
    if (error.keyword === 'enum') return error.params['allowedValues'] as unknown[];
    return error.keyword === 'const' ? [error.params['allowedValue'] as unknown] : [];
  });
  const types = errors.flatMap((error) =>
    error.keyword === 'type' ? [error.params['type'] as string | string[]].flat() : [],
  );
  return allowedValues.some((value) => typeof value === typeof union.data) || types.length === 0
    ? { ...union, keyword: 'enum', params: { allowedValues } }
    : { ...union, keyword: 'type', params: { type: [...new Set(types)] } };
}
