import { choices, suggest } from '../core/suggest.ts';
import { kindOfType } from './type-name.ts';
import { dyn, membersOf, nullType, unionOf, type Type } from './type.ts';

/** A fault that only types can show; offsets count in the source of the expression or template. */
export interface TypeFault {
  readonly rule:
    | 'ref/unknown-field'
    | 'expr/type'
    | 'expr/impossible-literal'
    | 'expr/not-boolean'
    | 'expr/not-list'
    | 'template/raw-object'
    | 'graph/may-not-have-run';
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly suggestions?: readonly string[];
}

/** Takes the faults of a check. */
export type Report = (
  rule: TypeFault['rule'],
  message: string,
  place: { readonly start: number; readonly end: number },
  suggestions?: readonly string[],
) => void;

/** A place where a field is read. */
export interface FieldRead {
  readonly name: string;
  /** What it is read from, as it is written. */
  readonly of: string;
  /** True where what it is read from may be null or missing. */
  readonly guarded: boolean;
  readonly at: { readonly start: number; readonly end: number };
  readonly targetAt: { readonly start: number; readonly end: number };
}

/** The type of a field of a value; reports when no such value can have it. */
export function fieldType(target: Type, read: FieldRead, report: Report): Type {
  const found: Type[] = [];
  const names = new Set<string>();
  let skipped: string | undefined;
  for (const member of membersOf(target)) {
    if (member.kind === 'dyn') found.push(dyn);
    else if (member.kind === 'null') skipped ??= member.skipped;
    else if (member.kind === 'record') {
      for (const name of member.fields.keys()) names.add(name);
      const type = member.fields.get(read.name)?.type ?? member.rest;
      if (type !== undefined) found.push(type);
    }
  }
  const members = membersOf(target);
  if (found.length === 0 && members.some(({ kind }) => kind === 'record')) {
    report(
      'ref/unknown-field',
      `no field "${read.name}" in ${wholeOf(read.of)}${choices(read.name, names)}`,
      read.at,
      suggest(read.name, names, 3),
    );
    return dyn;
  }
  if (found.length === 0) {
    if (members.length > 0 && members.every(({ kind }) => kind !== 'null') && !read.guarded) {
      const message = `cannot read "${read.name}" of "${shortened(read.of)}": it is ${kindOfType(target)}`;
      report('expr/type', message, read.at);
    } else if (skipped !== undefined && !read.guarded) mayNotHaveRun(skipped, read, report);
    return dyn;
  }
  if (skipped !== undefined && !read.guarded) mayNotHaveRun(skipped, read, report);
  const type = unionOf(found);
  return read.guarded && skipped !== undefined ? unionOf([type, { ...nullType, skipped }]) : type;
}

/** Reports that a value is null because a step was skipped. */
export function mayNotHaveRun(
  step: string,
  { of, targetAt }: Pick<FieldRead, 'of' | 'targetAt'>,
  report: Report,
): void {
  report(
    'graph/may-not-have-run',
    `step "${step}" may not have run, and "${shortened(of)}" is null then; ask for steps.${step}.status == "succeeded" first, or write default(…)`,
    targetAt,
  );
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
