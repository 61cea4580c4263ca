import { segmentsOf } from '../core/json-pointer.ts';
import type { JsonSchema } from '../core/json.ts';
import {
  compileSchema,
  misfitsOfType,
  recordOf,
  schemaFaults,
  typeFromSchema,
  type Type,
  type TypedValue,
  type Value,
} from '../expr/index.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import type { Callee } from './link-callee.ts';
import { misfitPlace, pathName } from './misfit-place.ts';

/** A value that a spec gives to somebody who declares what it must be like. */
export interface Given {
  /** Where the value stands. */
  readonly node: Node;
  /** What to point at when there is no value. */
  readonly anchor: Node;
  /** Who takes it: `workflow "refund"`. */
  readonly whom: string;
  readonly schema: JsonSchema | undefined;
  readonly linked: { readonly value: Value; readonly typed: TypedValue } | undefined;
}

/** Reports an input for an agent that takes only a message, and a message that is missing. */
export function checkMessage(
  reporter: Reporter,
  root: Node,
  called: Pick<Callee, 'name' | 'isKnown' | 'inputSchema'>,
): void {
  if (!called.isKnown || called.inputSchema !== undefined) return;
  const whom = `agent "${called.name}"`;
  if (root.get('input').value !== undefined)
    reporter.report(
      root.get('input'),
      'type/unknown-argument',
      `${whom} takes a "message", not an input; declare an "inputSchema" to give it one`,
      { part: 'key' },
    );
  else if (root.get('message').value === undefined)
    reporter.report(root.get('agent'), 'type/missing-argument', `${whom} needs a "message"`);
}

/** Reports what in an input does not fit the schema it is held to; a constant one is checked in full, each fault at its place. */
export function checkInput(reporter: Reporter, { node, anchor, whom, schema, linked }: Given): void {
  if (schema === undefined) return;
  const expected = typeFromSchema(schema);
  const misfits =
    linked === undefined ? misfitsOfType(recordOf({}), expected) : linked.typed.misfits(expected);
  for (const misfit of misfits) {
    const path = segmentsOf(misfit.pointer);
    const at = node.value === undefined ? anchor : misfitPlace(node, misfit);
    if (misfit.kind === 'missing') {
      const owner = path.length === 0 ? `${whom} needs` : `"${pathName(path)}" of ${whom} needs`;
      const isKey = path.length === 0 && node.value !== undefined;
      reporter.report(
        at,
        'type/missing-argument',
        `${owner} ${misfit.message.replace(/^lacks /, '')}${node.value === undefined ? '; give it under "input"' : ''}`,
        isKey ? { part: 'key' } : {},
      );
    } else if (misfit.kind === 'unknown') {
      const isKey = path.at(-1) === misfit.field;
      const owner = path.slice(0, -1);
      reporter.report(
        at,
        'type/unknown-argument',
        `${owner.length === 0 ? '' : `"${pathName(owner)}" of `}${whom} ${misfit.message.replace(/^has no field/, 'takes no')}`,
        { suggestions: misfit.suggestions, ...(isKey ? { part: 'key' } : {}) },
      );
    } else {
      const what = path.length === 0 ? `the input of ${whom}` : `"${pathName(path)}" of ${whom}`;
      reporter.report(at, 'type/argument', `${what} ${misfit.message}`, { suggestions: misfit.suggestions });
    }
  }
  if (misfits.length > 0 || linked?.value.constant !== true) return;
  reportFaults(reporter, { node, schema, linked }, 'type/argument', (path) =>
    path.length === 0 ? `the input of ${whom}` : `"${pathName(path)}" of ${whom}`,
  );
}

/**
 * Reports what in an output does not fit the schema it is held to.
 * @param options.partial whether fields may be left out; @param options.isCall whether it is the input of a call that is expected.
 */
export function checkOutput(
  reporter: Reporter,
  { node, whom, schema, linked }: Omit<Given, 'anchor'>,
  options: { readonly partial?: boolean; readonly isCall?: boolean } = {},
): void {
  if (schema === undefined || linked === undefined) return;
  const whole = typeFromSchema(schema);
  const misfits = linked.typed.misfits(options.partial === true ? lenient(whole) : whole);
  const what = options.isCall === true ? 'input' : 'output';
  const named = (path: readonly string[]): string =>
    path.length === 0 ? `the ${what} of ${whom}` : `"${pathName(path)}" of the ${what} of ${whom}`;
  for (const misfit of misfits) {
    const path = segmentsOf(misfit.pointer);
    const isKey = misfit.kind === 'unknown' && path.at(-1) === misfit.field;
    reporter.report(
      misfitPlace(node, misfit),
      options.isCall === true ? 'type/argument' : 'type/result',
      `${named(isKey ? path.slice(0, -1) : path)} ${misfit.message}`,
      { suggestions: misfit.suggestions, ...(isKey ? { part: 'key' } : {}) },
    );
  }
  if (misfits.length > 0 || options.partial === true || !linked.value.constant) return;
  reportFaults(reporter, { node, schema, linked }, 'type/result', named);
}

/** What types do not tell: bounds, patterns, lengths. */
function reportFaults(
  reporter: Reporter,
  given: { readonly node: Node; readonly schema: JsonSchema; readonly linked: { readonly value: Value } },
  rule: string,
  named: (path: readonly string[]) => string,
): void {
  // A schema that is wrong itself has been reported.
  if (schemaFaults(given.schema).length > 0) return;
  for (const { pointer, message } of compileSchema(given.schema).check(given.linked.value.source).faults)
    reporter.report(misfitPlace(given.node, { pointer }), rule, `${named(segmentsOf(pointer))} ${message}`);
}

/** The type with every field left to the writer, as for an expectation that names some of them. */
function lenient(type: Type): Type {
  switch (type.kind) {
    case 'union':
      return {
        kind: 'union',
        of: type.of.map((member) => lenient(member) as Exclude<Type, { kind: 'union' }>),
      };
    case 'list':
      return { kind: 'list', item: lenient(type.item) };
    case 'record': {
      const fields = [...type.fields].map(
        ([name, field]) => [name, { type: lenient(field.type), presence: 'optional' as const }] as const,
      );
      return {
        ...type,
        fields: new Map(fields),
        rest: type.rest === undefined ? undefined : lenient(type.rest),
      };
    }
    default:
      return type;
  }
}
