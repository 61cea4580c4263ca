import { problemCodes } from '../../../engine/core/problem-codes.ts';
import { membersOf, parseExpression, typeOfExpression } from '../../../engine/expr/index.ts';
import type { ExpressionFact } from '../../../engine/program/facts.ts';
import type { Mutant, SpecFile } from './mutate.ts';

/** What excuses are judged by: the files, and what was known of their expressions before the mistake. */
export interface Evidence {
  readonly files: readonly SpecFile[];
  readonly expressions: readonly ExpressionFact[];
}

/**
 * Why nobody can tell this mistake from a choice, or undefined: then missing it is a fault of the checker. Judged by the texts of
 * the project as they were before the mistake.
 */
export function excuseOf(mutant: Mutant, evidence: Evidence): string | undefined {
  const spec = evidence.files.find(({ file }) => file === mutant.file);
  if (spec?.kind === 'model' && (mutant.target === undefined || isSaidByModel(mutant.target.place)))
    return 'a scripted model may be wrong on purpose';
  const open = mutant.target === undefined ? undefined : whereAnythingGoes(mutant.target.place, mutant.word);
  if (open !== undefined) return open;
  if (mutant.class === 'required argument deleted' && isOfSkill(mutant, spec)) return 'a skill takes any argument';
  switch (mutant.class) {
    case 'swap: open key':
      return 'a key of an open map';
    case 'swap: output key':
    case 'swap: declaration':
    case 'swap: schema literal':
    case 'swap: schema property':
    case 'property renamed':
    case 'step dropped':
      return spec !== undefined && isRead(mutant, spec, evidence.files) ? undefined : 'nobody reads it';
    case 'swap: argument':
      if (isOfSkill(mutant, spec)) return 'a skill takes any argument';
      return hasInputSchema(mutant, evidence.files) ? undefined : 'no schema says which arguments there are';
    case 'swap: failure code':
      return mutant.word in problemCodes ? undefined : 'tools choose their codes freely';
    case 'reference broken':
      return mutant.target?.class === 'file reference' && mutant.target.place.includes('body')
        ? 'a text may speak of files that are made later'
        : undefined;
    case 'swap: compared literal':
      return isAnyText(mutant, evidence) ? 'any text may be meant' : undefined;
    case 'swap: input field':
    case 'swap: output field':
    case 'swap: item field':
      return isUntyped(mutant, evidence) ? 'no schema says what it holds' : undefined;
    default:
      return undefined;
  }
}

/** Why a word at a place may be any word. */
function whereAnythingGoes(place: readonly string[], word: string): string | undefined {
  const key = place.at(-1) ?? '';
  if (place.includes('mcpServers') && key === 'tools') return 'only the server knows its tools';
  if (place.at(-2) === 'permissions' && word.includes('__')) return 'only the server knows its tools';
  return ['read', 'protect'].includes(key) ? 'a pattern may be for files that are made later' : undefined;
}

/** Whether a step that is given arguments runs a skill. */
function isOfSkill({ start }: Mutant, spec: SpecFile | undefined): boolean {
  const before = spec?.text.slice(0, start) ?? '';
  return /\bskill:/.test(before.slice(before.lastIndexOf('- id:')));
}

function isSaidByModel(place: readonly string[]): boolean {
  return ['json', 'input', 'error'].some((part) => place.includes(part));
}

/** Whether a word is read by its name somewhere else. */
function isRead(mutant: Mutant, spec: SpecFile, files: readonly SpecFile[]): boolean {
  const { word, file, start, target } = mutant;
  const place = target?.place ?? ['steps', 'id'];
  const name = word.replace(/[^\w]/g, '\\$&');
  const own = files.filter((one) => one.file === file);
  const others = files.filter((one) => one.file !== file);
  const has = (among: readonly SpecFile[], pattern: string): boolean =>
    among.some((one) =>
      [...one.text.matchAll(new RegExp(pattern, 'gm'))].some(
        ({ index, 0: found }) => one.file !== file || index > start || index + found.length < start,
      ),
    );
  /** A member of something that is neither \`input\` nor \`steps\`. */
  const member = `(?<!\\b(?:input|steps|env|secrets))(?:\\.\\??|\\[["'])${name}\\b|\\{\\{[^}.]*\\b${name}\\b(?!\\()`;
  const argument = `(?:^\\s*|[{,]\\s*)${name}:`;
  if (mutant.class === 'swap: schema literal')
    return has(files.filter(({ kind }) => kind !== 'model'), `(?:[!=]=\\s*|[[(,]\\s*)["']${name}["']`);
  if (mutant.class === 'step dropped' || place.at(-1) === 'id')
    return has(own, `steps\\.\\??${name}\\b`) || has(others, `\\bstep: *${name}\\b`);
  if (place.at(-1) === 'as') return has(own, `\\b${name}\\b(?!:)`);
  if (place.includes('inputSchema') && spec.kind !== 'schema')
    return has(own, `\\binput(?:\\.\\w+)*\\.\\??${name}\\b`) || has(callsOf(spec, others), argument);
  if (spec.kind === 'schema') return has(usersOf(spec, others), `\\.${name}\\b|${argument}`);
  if (['project'].includes(spec.kind) || place.includes('secrets')) return has(files, `\\b${name}\\b`);
  if (place[0] === 'output') return has(callersOf(spec, others), member);
  const isWithin = place[0] === 'steps' || place.includes('form');
  return has(isWithin ? own : [...own, ...callersOf(spec, others)], member);
}

/** Files that call what a file describes. */
function callersOf(spec: SpecFile, others: readonly SpecFile[]): readonly SpecFile[] {
  const name = /([^/]+)\.\w+$/.exec(spec.file)?.[1] ?? '';
  return others.filter(
    ({ text, kind }) => kind !== 'model' && new RegExp(`\\b(?:${spec.kind}|extends|profile): *${name}\\b`).test(text),
  );
}

/** The steps that call what a file describes. */
function callsOf(spec: SpecFile, others: readonly SpecFile[]): readonly SpecFile[] {
  const name = /([^/]+)\.\w+$/.exec(spec.file)?.[1] ?? '';
  const call = new RegExp(`\\b(?:${spec.kind}|extends|profile): *${name}\\b`);
  return callersOf(spec, others).flatMap((one) =>
    one.text
      .split(/^(?=\s*- )/m)
      .filter((step) => call.test(step))
      .map((text) => ({ ...one, text })),
  );
}

/** Files that refer to a shared schema, and the steps that call what is in them. */
function usersOf(spec: SpecFile, others: readonly SpecFile[]): readonly SpecFile[] {
  const name = /([^/]+)\.\w+$/.exec(spec.file)?.[1] ?? '';
  const users = others.filter(({ text }) => new RegExp(`\\$ref: *["']?[^\\s]*\\b${name}\\.`).test(text));
  return users.flatMap((user) => [user, ...callsOf(user, others)]);
}

function hasInputSchema({ file, start }: Mutant, files: readonly SpecFile[]): boolean {
  const before = files.find((one) => one.file === file)?.text.slice(0, start) ?? '';
  const callee = [...before.matchAll(/\b(tool|agent|workflow): *([\w-]+)/g)].at(-1);
  if (callee === undefined) return false;
  const [, kind = '', name = ''] = callee;
  const called = files.find((one) => one.kind === kind && new RegExp(`(^|/)${name}\\.\\w+$`).test(one.file));
  return called !== undefined && /inputSchema:/.test(called.text);
}

/** Whether what a word is read from had no type, or one with room for further fields. */
function isUntyped(mutant: Mutant, evidence: Evidence): boolean {
  const text = evidence.files.find(({ file }) => file === mutant.file)?.text.slice(0, mutant.start) ?? '';
  const type = typeOfPath(/[A-Za-z_][\w.]*(?=\.$)/.exec(text.slice(-200))?.[0], mutant, evidence);
  return (
    type !== undefined &&
    membersOf(type).some((one) => one.kind === 'dyn' || (one.kind === 'record' && one.rest !== undefined))
  );
}

/** Whether what a literal is compared with may be any text. */
function isAnyText(mutant: Mutant, evidence: Evidence): boolean {
  const text = evidence.files.find(({ file }) => file === mutant.file)?.text.slice(0, mutant.start) ?? '';
  const path = /[A-Za-z_][\w.]*(?=\s*[!=]=\s*["']$)/.exec(text.slice(-200))?.[0];
  const type = typeOfPath(path, mutant, evidence);
  return type === undefined || membersOf(type).some((one) => !('values' in one) && one.kind !== 'null');
}

/** What was known of a path where a mutant stands; undefined when it cannot be told. */
function typeOfPath(
  path: string | undefined,
  { file, start }: Mutant,
  { expressions }: Evidence,
): ReturnType<typeof typeOfExpression>['type'] | undefined {
  const fact = expressions.find(
    ({ range, ...one }) => one.file === file && range.start.offset <= start && range.end.offset >= start,
  );
  const expression = path === undefined ? undefined : parseExpression(path).expression;
  if (fact === undefined || expression === undefined) return undefined;
  const { type, faults } = typeOfExpression(expression, fact.scope);
  return faults.some(({ rule }) => rule.startsWith('ref/')) ? undefined : type;
}
