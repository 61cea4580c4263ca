import type { ASTNode } from '@marcbachmann/cel-js';
import { choices, suggest } from '../core/suggest.ts';
import { itemOf, type Param, type Signature } from './cel-signatures.ts';
import { literalValue } from './narrow.ts';
import { refuseNull, shortened, textOf, type Report } from './type-fault.ts';
import { kindOfType } from './type-name.ts';
import { dyn, membersOf, unionOf, type Type } from './type.ts';

interface Place {
  /** Inside `has()` and `default()`, where a missing value is no failure. */
  readonly guarded: boolean;
  readonly report: Report;
}

/** Reports arguments of a function whose types it cannot take, in the order they are written. */
export function checkArguments(
  name: string,
  { takes }: Signature,
  args: readonly ASTNode[],
  types: readonly Type[],
  place: Place,
): void {
  for (const [index, arg] of args.entries()) {
    const param = takes[index] ?? takes.at(-1);
    if (param !== undefined) checkArgument(name, param, arg, types[index] ?? dyn, place);
  }
  const [list, key] = args;
  if (name === 'sortBy' && list !== undefined && key !== undefined)
    checkKey(list, key, types[0] ?? dyn, place);
}

function checkArgument(name: string, param: Param, node: ASTNode, type: Type, place: Place): void {
  const members = membersOf(type);
  const refused = members.filter((member) => member.kind !== 'dyn' && !param.accepts(member));
  const isSkipped = refused.some((member) => member.kind === 'null' && member.skipped !== undefined);
  if (isSkipped && !place.guarded) refuseNull(type, textOf(node), node, place.report);
  else if (members.length > 0 && refused.length === members.length) {
    const got = members.some(({ kind }) => kind === 'list')
      ? `a list of ${kindOfType(itemOf(type))}`
      : kindOfType(type);
    place.report('expr/type', `"${name}" needs ${param.name}, got ${got}`, node);
  } else if (refused.length > 0 && !place.guarded) {
    refuseNull(unionOf(refused), textOf(node), node, place.report);
  }
}

/** The key that `sortBy` is given must be a field of the items. */
function checkKey(list: ASTNode, key: ASTNode, type: Type, place: Place): void {
  const name = literalValue(key);
  const items = membersOf(itemOf(type));
  if (typeof name !== 'string' || items.length === 0) return;
  const names = new Set<string>();
  for (const item of items) {
    if (item.kind !== 'record' || item.rest !== undefined) return;
    for (const field of item.fields.keys()) names.add(field);
  }
  if (names.has(name)) return;
  const message = `no field "${name}" in the items of "${shortened(textOf(list))}"${choices(name, names)}`;
  place.report('ref/unknown-field', message, key, { suggestions: suggest(name, names, 3) });
}
