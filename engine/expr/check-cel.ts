import type { ASTNode } from '@marcbachmann/cel-js';
import { choices, suggest } from '../core/suggest.ts';
import { loops, loopVariable, type MethodCall } from './cel-loop-names.ts';
import { itemOf, signatures, type Param } from './cel-signatures.ts';
import { checkBool, operatorType, type Side } from './check-operators.ts';
import { assume, literalValue, namePath } from './narrow.ts';
import { fieldType, mayNotHaveRun, shortened, type Report, type TypeFault } from './type-fault.ts';
import { kindOfType } from './type-name.ts';
import { withNames, type TypeScope } from './type-scope.ts';
import {
  bool,
  dyn,
  listOf,
  literalOf,
  membersOf,
  never,
  nullType,
  number,
  string,
  unionOf,
  type Field,
  type Type,
} from './type.ts';

/** Hears of every part of an expression: its type, and what is known where it stands. */
export type NotePart = (node: ASTNode, type: Type, scope: TypeScope) => void;

/** The type of an expression in a scope, and the faults its types show. Names the scope does not have are `dyn`. */
export function checkCel(
  tree: ASTNode,
  scope: TypeScope,
  note?: NotePart,
): { readonly type: Type; readonly faults: readonly TypeFault[] } {
  const faults = new Map<string, TypeFault>();
  const report: Report = (rule, message, { start, end }, suggestions = []) => {
    const fault = { rule, message, start, end, ...(suggestions.length === 0 ? {} : { suggestions }) };
    faults.set(`${rule} ${start} ${end}`, fault);
  };
  const type = typeOf(tree, { scope, guarded: false, report, note });
  return { type, faults: [...faults.values()].sort((a, b) => a.start - b.start) };
}

interface Place {
  readonly scope: TypeScope;
  /** Inside `has()` and `default()`, where a missing value is no failure. */
  readonly guarded: boolean;
  readonly report: Report;
  readonly note: NotePart | undefined;
}

function typeOf(node: ASTNode, place: Place): Type {
  const type = typeOfNode(node, place);
  place.note?.(node, type, place.scope);
  return type;
}

function typeOfNode(node: ASTNode, place: Place): Type {
  switch (node.op) {
    case 'value': {
      const value = literalValue(node);
      if (value === undefined || value === null) return value === null ? nullType : dyn;
      return typeof value === 'string' ? literalOf(value) : typeof value === 'number' ? number : bool;
    }
    case 'id':
      return place.scope.types.fields.get(node.args)?.type ?? dyn;
    case '.':
    case '.?':
      return fieldOf(node, node.args[0], node.args[1], node.op === '.?', place);
    case '[]':
    case '[?]':
      return indexType(node, node.args[0], node.args[1], place);
    case 'call':
      return callType(node.args[0], node.args[1], place);
    case 'rcall':
      return loops.has(node.args[0])
        ? loopType(node, place)
        : callType(node.args[0], [node.args[1], ...node.args[2]], place);
    case 'list':
      return listOf(unionOf([never, ...node.args.map((item) => typeOf(item, place))]));
    case 'map':
      return mapType(node.args, place);
    case '?:': {
      const [condition, then, otherwise] = node.args;
      boolOf(condition, place);
      return unionOf([
        typeOf(then, within(place, condition, true)),
        typeOf(otherwise, within(place, condition, false)),
      ]);
    }
    case '&&':
    case '||': {
      // A side that fails does not matter where the other one decides, so each side knows what the other needs.
      const [left, right] = node.args;
      boolOf(left, within(place, right, node.op === '&&'));
      boolOf(right, within(place, left, node.op === '&&'));
      return bool;
    }
    case '!_':
      boolOf(node.args, place);
      return bool;
    case '-_': {
      const type = typeOf(node.args, place);
      const members = membersOf(type);
      if (members.length > 0 && !members.some(({ kind }) => kind === 'number' || kind === 'dyn'))
        place.report('expr/type', `cannot negate ${kindOfType(type)}`, node);
      return number;
    }
    default:
      return operatorType(node, sideOf(node.args[0], place), sideOf(node.args[1], place), place.report);
  }
}

function within(place: Place, condition: ASTNode, truth: boolean): Place {
  return { ...place, scope: assume(condition, truth, place.scope) };
}

function boolOf(node: ASTNode, place: Place): void {
  checkBool(typeOf(node, place), node, place.report);
}

function sideOf(node: ASTNode, place: Place): Side {
  const type = typeOf(node, place);
  const declared =
    namePath(node) === undefined || place.scope.types === place.scope.declared
      ? type
      : typeOf(node, {
          scope: { ...place.scope, types: place.scope.declared },
          guarded: true,
          report: () => undefined,
          note: undefined,
        });
  return { node, type, declared };
}

function fieldOf(node: ASTNode, target: ASTNode, name: string, optional: boolean, place: Place): Type {
  const guarded = place.guarded || optional;
  const of = typeOf(target, { ...place, guarded });
  const at = { start: node.end - name.length, end: node.end };
  const type = fieldType(of, { name, of: textOf(target), guarded, at, targetAt: target }, place.report);
  return optional ? unionOf([type, { ...nullType, soft: true }]) : type;
}

function indexType(node: ASTNode, target: ASTNode, index: ASTNode, place: Place): Type {
  const optional = node.op === '[?]';
  const guarded = place.guarded || optional;
  const of = typeOf(target, { ...place, guarded });
  const key = typeOf(index, place);
  const name = literalValue(index);
  const members = membersOf(of);
  let type: Type = dyn;
  if (typeof name === 'string' && !members.some(({ kind }) => kind === 'list')) {
    type = fieldType(of, { name, of: textOf(target), guarded, at: index, targetAt: target }, place.report);
  } else {
    const known = members.filter(({ kind }) => kind !== 'null');
    const skipped = members.find((member) => member.kind === 'null' && member.skipped !== undefined);
    if (skipped?.kind === 'null' && skipped.skipped !== undefined && !guarded) {
      mayNotHaveRun(skipped.skipped, { of: textOf(target), targetAt: target }, place.report);
    } else if (known.length > 0 && known.every(({ kind }) => !['list', 'record', 'dyn'].includes(kind))) {
      place.report('expr/type', `cannot index ${kindOfType(of)}`, node);
    } else if (known.length > 0 && known.every(({ kind }) => kind === 'list')) {
      if (!membersOf(key).some(({ kind }) => kind === 'number' || kind === 'dyn') && key !== never)
        place.report('expr/type', `a list is indexed by a number, got ${kindOfType(key)}`, index);
      type = itemOf(of);
    }
  }
  return optional ? unionOf([type, { ...nullType, soft: true }]) : type;
}

function callType(name: string, args: readonly ASTNode[], place: Place): Type {
  const signature = signatures.get(name);
  const lenient = name === 'has' || name === 'default';
  const types = args.map((arg, index) =>
    typeOf(arg, lenient && index === 0 ? { ...place, guarded: true } : place),
  );
  if (signature === undefined) return dyn;
  for (const [index, arg] of args.entries()) {
    const param = signature.takes[index] ?? signature.takes.at(-1);
    if (param !== undefined) checkArgument(name, param, arg, types[index] ?? dyn, place);
  }
  const [list, key] = args;
  if (name === 'sortBy' && list !== undefined && key !== undefined)
    checkKey(list, key, types[0] ?? dyn, place);
  return signature.gives(types);
}

function checkArgument(name: string, param: Param, node: ASTNode, type: Type, place: Place): void {
  const members = membersOf(type);
  const refused = members.filter((member) => member.kind !== 'dyn' && !param.accepts(member));
  const skipped = refused.find((member) => member.kind === 'null' && member.skipped !== undefined);
  if (skipped?.kind === 'null' && skipped.skipped !== undefined && !place.guarded) {
    mayNotHaveRun(skipped.skipped, { of: textOf(node), targetAt: node }, place.report);
  } else if (members.length > 0 && refused.length === members.length) {
    const got = members.some(({ kind }) => kind === 'list')
      ? `a list of ${kindOfType(itemOf(type))}`
      : kindOfType(type);
    place.report('expr/type', `"${name}" needs ${param.name}, got ${got}`, node);
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
  place.report('ref/unknown-field', message, key, suggest(name, names, 3));
}

function loopType(node: MethodCall, place: Place): Type {
  const [name, receiver, [, body, last]] = node.args;
  const over = typeOf(receiver, place);
  const members = membersOf(over);
  const skipped = members.find((member) => member.kind === 'null' && member.skipped !== undefined);
  if (skipped?.kind === 'null' && skipped.skipped !== undefined && !place.guarded) {
    mayNotHaveRun(skipped.skipped, { of: textOf(receiver), targetAt: receiver }, place.report);
  } else if (
    members.length > 0 &&
    members.every(({ kind }) => kind !== 'list' && kind !== 'record' && kind !== 'dyn')
  ) {
    place.report('expr/not-list', `"${name}" needs a list or a map, got ${kindOfType(over)}`, receiver);
  }
  const item = members.some(({ kind }) => kind === 'record')
    ? members.every(({ kind }) => kind === 'record')
      ? string
      : dyn
    : itemOf(over);
  const variable = loopVariable(node);
  if (body === undefined || variable === undefined) return dyn;
  const inner = { ...place, scope: withNames(place.scope, { [variable]: item }) };
  if (name === 'map') {
    if (last === undefined) return listOf(typeOf(body, inner));
    boolOf(body, inner);
    return listOf(typeOf(last, within(inner, body, true)));
  }
  boolOf(body, inner);
  if (name !== 'filter') return bool;
  const kept = within(inner, body, true).scope.types.fields.get(variable)?.type ?? item;
  return listOf(kept);
}

function mapType(entries: readonly (readonly [ASTNode, ASTNode])[], place: Place): Type {
  const fields = new Map<string, Field>();
  let rest: Type | undefined;
  for (const [key, value] of entries) {
    const name = literalValue(key);
    typeOf(key, place);
    const type = typeOf(value, place);
    if (name === undefined || name === null) rest = dyn;
    else fields.set(String(name), { type, presence: 'required' });
  }
  return { kind: 'record', fields, rest, strict: false };
}

function textOf(node: ASTNode): string {
  return node.input.slice(node.start, node.end);
}
