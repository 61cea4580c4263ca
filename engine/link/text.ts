import { segmentsOf } from '../core/json-pointer.ts';
import {
  constantValue,
  kindOfType,
  literalTemplate,
  membersOf,
  parseExpression,
  parseTemplate,
  parseValue,
  readsOf,
  shortened,
  string,
  templateReads,
  typedTemplate,
  typeOfExpression,
  typeOfValue,
  typeScope,
  valueReads,
  type Expression,
  type Template,
  type Type,
  type TypeFault,
  type TypedValue,
  type Value,
} from '../expr/index.ts';
import { checkReads } from './check-reads.ts';
import type { Reporter } from './context.ts';
import type { Node } from '../source/index.ts';
import { reportStrayTemplates } from './stray-template.ts';
import type { Visible } from './visible.ts';
import { whySkipped } from './witness.ts';

/** Parses an expression; a boolean literal counts as one. Reports its faults, those of its type among them. */
export function linkExpression(
  reporter: Reporter,
  node: Node,
  visible: Visible,
  wanted: 'condition' | 'list' = 'condition',
): Expression | undefined {
  const source = typeof node.value === 'boolean' ? String(node.value) : node.text();
  if (source === undefined) return undefined;
  const braces = /^\s*(\$?\{\{)[\s\S]*\}\}\s*$/.exec(source)?.[1];
  if (braces !== undefined) {
    const message = `a condition is a bare expression; leave out the "${braces} }}"`;
    reporter.report(node, 'expr/braces', message);
    return undefined;
  }
  const { expression, faults } = parseExpression(source);
  for (const fault of faults) {
    reporter.report(node, fault.rule, fault.message, { within: fault, suggestions: fault.suggestions ?? [] });
  }
  if (expression !== undefined) {
    checkReads(reporter, node, readsOf(expression), visible);
    const scope = visible.types ?? nothing;
    const { type, faults: found } = typeOfExpression(expression, scope);
    reporter.noteExpression(node, {
      syntax: wanted,
      source,
      offset: 0,
      names: visible.names,
      scope,
      type,
      reads: readsOf(expression),
      ...count([type]),
    });
    reportTypes(reporter, node, found);
    if (found.length === 0) checkWanted(reporter, node, type, wanted);
  }
  return expression;
}

/** Parses a text template. Reports its faults. */
export function linkTemplate(reporter: Reporter, node: Node, visible: Visible): Template | undefined {
  const source = node.text();
  if (source === undefined) return undefined;
  if (/^\s*\$\{\{[^{}]*\}\}\s*$/.test(source)) {
    const at = source.indexOf('$');
    const message = 'a text is a template; write "{{ }}" without the "$"';
    reporter.report(node, 'expr/braces', message, { within: { start: at, end: at + 3 } });
  }
  const { template, faults } = parseTemplate(source, { partials: visible.partials });
  for (const fault of faults) {
    reporter.report(node, fault.rule, fault.message, { within: fault, suggestions: fault.suggestions ?? [] });
  }
  // One placeholder that is wrong does not hide what is wrong with the others.
  const rest = template ?? readablePart(source, faults, visible);
  if (rest !== undefined) {
    checkReads(reporter, node, templateReads(rest), visible, true);
    const scope = visible.types ?? nothing;
    const typed = typedTemplate(rest, scope);
    reporter.noteExpression(node, {
      syntax: 'template',
      source,
      offset: 0,
      names: visible.names,
      scope,
      type: string,
      reads: templateReads(rest),
      ...count(typed.reads.map(({ type }) => type)),
    });
    if (visible.types !== undefined) reportTypes(reporter, node, typed.faults);
  }
  return template ?? literalTemplate(source);
}

/** The template without the placeholders that have faults; undefined when a fault is of more than a placeholder. */
function readablePart(
  source: string,
  faults: readonly { readonly start: number; readonly end: number }[],
  visible: Visible,
): Template | undefined {
  let rest = source;
  for (const { start, end } of faults) {
    const open = rest.lastIndexOf('{{', start);
    const close = rest.indexOf('}}', Math.max(start, end - 2));
    const between = rest.slice(open, close);
    if (open === -1 || close === -1 || /^\{\{[{~]*[#/^!]/.test(between) || between.includes('}}'))
      return undefined;
    rest = rest.slice(0, open) + ' '.repeat(close + 2 - open) + rest.slice(close + 2);
  }
  return parseTemplate(rest, { partials: visible.partials }).template;
}

/** Parses a value whose leaves may be expressions. Reports its faults. */
export function linkValue(reporter: Reporter, node: Node, visible: Visible): Value | undefined {
  return linkTyped(reporter, node, visible)?.value;
}

/** The same, with what its types tell. */
export function linkTyped(
  reporter: Reporter,
  node: Node,
  visible: Visible,
): { readonly value: Value; readonly typed: TypedValue } | undefined {
  if (node.value === undefined) return undefined;
  reportStrayTemplates(reporter, node, visible.names);
  const { value, faults } = parseValue(node.value);
  for (const fault of faults) {
    reporter.report(descend(node, fault.pointer), fault.rule, fault.message, {
      within: fault,
      suggestions: fault.suggestions ?? [],
    });
  }
  for (const { pointer, ...read } of valueReads(value))
    checkReads(reporter, descend(node, pointer), [read], visible);
  const scope = visible.types ?? nothing;
  const typed = typeOfValue(value, scope);
  for (const { pointer, offset, expression, type } of typed.leaves) {
    reporter.noteExpression(descend(node, pointer), {
      syntax: 'value',
      source: expression.source,
      offset,
      names: visible.names,
      scope,
      type,
      reads: readsOf(expression),
      ...count([type]),
    });
  }
  for (const fault of typed.faults) reportTypes(reporter, descend(node, fault.pointer), [fault]);
  return { value, typed };
}

/** Every value of a map, linked. */
export function linkValues(reporter: Reporter, node: Node, visible: Visible): Record<string, Value> {
  return Object.fromEntries(
    node.entries().map(([key, inner]) => [key, linkValue(reporter, inner, visible) ?? constantValue(null)]),
  );
}

const nothing = typeScope({});

/** How many types say something. */
function count(types: readonly Type[]): { readonly typed: number; readonly untyped: number } {
  const untyped = types.filter(({ kind }) => kind === 'dyn').length;
  return { typed: types.length - untyped, untyped };
}

function reportTypes(reporter: Reporter, node: Node, faults: readonly TypeFault[]): void {
  for (const fault of faults)
    reporter.report(node, fault.rule, fault.message, {
      within: fault,
      suggestions: fault.suggestions ?? [],
      level: mayWork.has(fault.rule) ? 'warning' : 'error',
      ...(fault.skipped === undefined ? {} : whySkipped(node, fault.skipped)),
      ...(fault.from === undefined ? {} : { related: reporter.schemaPlace(fault.from) }),
    });
}

/** Rules about what fails with some data only. */
const mayWork: ReadonlySet<string> = new Set([
  'expr/optional-field',
  'expr/precision',
  'expr/too-deep',
  'template/not-text',
]);

function checkWanted(reporter: Reporter, node: Node, type: Type, wanted: 'condition' | 'list'): void {
  const members = membersOf(type);
  const kinds = wanted === 'list' ? ['dyn', 'list'] : ['dyn', 'bool'];
  const skipped = members.flatMap((member) => (member.kind === 'null' ? (member.skipped ?? []) : []))[0];
  if (skipped !== undefined) {
    const message = `step "${skipped}" may not have run, and this is null then; ask for steps.${skipped}.status == "succeeded" first, or write default(…)`;
    reporter.report(node, 'graph/may-not-have-run', message, whySkipped(node, skipped));
    return;
  }
  if (members.length === 0) return;
  if (members.some(({ kind }) => kinds.includes(kind))) {
    const isNullable = members.some((member) => member.kind === 'null' && member.soft !== true);
    const instead = `default(${shortened(node.text() ?? '…')}, ${wanted === 'list' ? '[]' : 'false'})`;
    if (isNullable) {
      reporter.report(node, 'expr/nullable', `this may be null, which is refused here; write ${instead}`);
    }
    return;
  }
  const rule = wanted === 'list' ? 'expr/not-list' : 'expr/not-boolean';
  const what = wanted === 'list' ? 'a list' : 'true or false';
  reporter.report(node, rule, `must be ${what}, got ${kindOfType(type)}`);
}

function descend(node: Node, pointer: string): Node {
  return segmentsOf(pointer).reduce<Node>((inner, segment) => inner.get(segment), node);
}
