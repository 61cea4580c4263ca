import type { ASTNode } from '@marcbachmann/cel-js';
import { choices, suggest } from '../core/suggest.ts';
import { kindOfType } from './type-name.ts';
import { dyn, membersOf, nullType, unionOf, type Null, type Type } from './type.ts';

/** A fault that only types can show; offsets count in the source of the expression or template. */
export interface TypeFault {
  readonly rule:
    | 'ref/unknown-field'
    | 'expr/type'
    | 'expr/impossible-literal'
    | 'expr/not-boolean'
    | 'expr/not-list'
    | 'expr/nullable'
    | 'expr/optional-field'
    | 'expr/precision'
    | 'expr/too-deep'
    | 'template/raw-object'
    | 'template/not-text'
    | 'graph/may-not-have-run';
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly suggestions?: readonly string[];
  /** The step whose being skipped is the reason. */
  readonly skipped?: string;
  /** The JSON Schema that says what would be right. */
  readonly from?: object;
}

/** What a fault may add to its message. */
export type FaultParts = Pick<TypeFault, 'suggestions' | 'skipped' | 'from'>;

/** Takes the faults of a check. */
export type Report = (
  rule: TypeFault['rule'],
  message: string,
  place: { readonly start: number; readonly end: number },
  parts?: FaultParts,
) => void;

/** A fault of these parts; no suggestions are none. */
export function typeFault(
  rule: TypeFault['rule'],
  message: string,
  { start, end }: { readonly start: number; readonly end: number },
  { suggestions = [], ...parts }: FaultParts = {},
): TypeFault {
  return { rule, message, start, end, ...(suggestions.length === 0 ? {} : { suggestions }), ...parts };
}

/** A place where a field is read. */
export interface FieldRead {
  readonly name: string;
  /** What it is read from, as it is written. */
  readonly of: string;
  /** True where what it is read from may be null or missing. */
  readonly guarded: boolean;
  /** Set in a template, which has words of its own for what may be missing, and prints null as nothing. */
  readonly language?: 'template';
  readonly at: { readonly start: number; readonly end: number };
  readonly targetAt: { readonly start: number; readonly end: number };
}

/** The type of a field of a value; reports when no such value can have it. */
export function fieldType(target: Type, read: FieldRead, report: Report): Type {
  const found: Type[] = [];
  const names = new Set<string>();
  let skipped: string | undefined;
  let isOptional = false;
  for (const member of membersOf(target)) {
    if (member.kind === 'dyn') found.push(dyn);
    else if (member.kind === 'null') {
      skipped ??= member.skipped;
    } else if (member.kind === 'record') {
      for (const name of member.fields.keys()) names.add(name);
      const field = member.fields.get(read.name);
      const type = field?.type ?? member.rest;
      // A field that only some of the possible values have is missing in the others.
      isOptional ||= type === undefined || field?.presence === 'optional';
      if (type !== undefined) found.push(type);
    }
  }
  const members = membersOf(target);
  if (found.length === 0 && members.some(({ kind }) => kind === 'record')) {
    const suggestions = suggest(read.name, names, 3);
    const message = `no field "${read.name}" in ${wholeOf(read.of)}${choices(read.name, names)}`;
    report('ref/unknown-field', message, read.at, { suggestions });
    // A slip whose meaning is clear hides no further faults.
    const [meant, ...others] = suggestions;
    if (meant === undefined || others.length > 0) return dyn;
    return fieldType(target, { ...read, name: meant, guarded: true }, () => undefined);
  }
  if (found.length === 0) {
    if (members.length > 0 && members.every(({ kind }) => kind !== 'null') && !read.guarded) {
      const message = `cannot read "${read.name}" of "${shortened(read.of)}": it is ${kindOfType(target)}`;
      report('expr/type', message, read.at);
    } else if (skipped !== undefined && !read.guarded) mayNotHaveRun(skipped, read, report);
    return dyn;
  }
  if (!read.guarded) {
    if (skipped !== undefined) mayNotHaveRun(skipped, read, report);
    else if (read.language === undefined) refuseNull(target, read.of, read.targetAt, report);
    if (isOptional) mayBeMissing(read, report);
  }
  const type = unionOf(found);
  return read.guarded && skipped !== undefined ? unionOf([type, { ...nullType, skipped }]) : type;
}

/** Reports that a value is null because a step was skipped. */
function mayNotHaveRun(
  step: string,
  { of, targetAt }: Pick<FieldRead, 'of' | 'targetAt'>,
  report: Report,
): void {
  report(
    'graph/may-not-have-run',
    `step "${step}" may not have run, and "${shortened(of)}" is null then; ask for steps.${step}.status == "succeeded" first, or write default(…)`,
    targetAt,
    { skipped: step },
  );
}

/** Reports a value that may be null, by a step that was skipped or by its type, where null is refused. */
export function refuseNull(
  type: Type,
  of: string,
  targetAt: { readonly start: number; readonly end: number },
  report: Report,
): void {
  const nulls = membersOf(type).filter(({ kind }) => kind === 'null') as readonly Null[];
  const skipped = nulls.find((member) => member.skipped !== undefined)?.skipped;
  if (skipped !== undefined) mayNotHaveRun(skipped, { of, targetAt }, report);
  else if (nulls.some((member) => member.soft !== true)) maybeNull(of, targetAt, report);
}

function maybeNull(of: string, at: { readonly start: number; readonly end: number }, report: Report): void {
  const name = shortened(of);
  report(
    'expr/nullable',
    `"${name}" may be null, which is refused here; ask for ${name} != null first, or write default(${name}, …)`,
    at,
  );
}

function mayBeMissing({ name, of, language, at }: FieldRead, report: Report): void {
  const path = of === '' || of.startsWith(anItemOf) ? name : `${shortened(of)}.${name}`;
  const cure =
    language === undefined
      ? `ask for has(${path}) first, or write default(${path}, …)`
      : `put it into {{#if ${path}}}…{{/if}}, or write {{default ${path} "…"}}`;
  report('expr/optional-field', `"${name}" of ${wholeOf(of)} may be missing; ${cure}`, at);
}

/** Begins the words for what `each` gives, which have no name of their own. */
export const anItemOf = 'an item of ';

function wholeOf(of: string): string {
  if (of === 'input') return 'the input';
  return of.startsWith(anItemOf)
    ? `${anItemOf}"${shortened(of.slice(anItemOf.length))}"`
    : `"${shortened(of)}"`;
}

/** Source text on one line, at most 60 characters. */
export function shortened(source: string): string {
  const text = source.replace(/\s+/g, ' ').trim();
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** Faults without those that follow from another: who guards a step that may not have run has guarded what else may be null about it. */
export function withoutFollowOns(faults: readonly TypeFault[]): readonly TypeFault[] {
  const skips = faults.filter(({ skipped }) => skipped !== undefined);
  return faults.filter(
    ({ rule, start, end }) =>
      (rule !== 'expr/nullable' && rule !== 'expr/optional-field') ||
      !skips.some((skip) => start < skip.end && skip.start < end),
  );
}

/** A part of an expression as it is written. */
export function textOf(node: ASTNode): string {
  return node.input.slice(node.start, node.end);
}
