import type { ASTNode } from '@marcbachmann/cel-js';
import { loops, loopVariable, type MethodCall } from './cel-loop-names.ts';
import { itemOf, mostOf, signatures } from './cel-signatures.ts';
import { checkArguments } from './check-arguments.ts';
import { checkBool, operatorType, type Side } from './check-operators.ts';
import { checkRounds, insideLoop, noRounds, type Rounds } from './check-rounds.ts';
import { literalType } from './literal-type.ts';
import { assume, isLenient, literalValue, namePath } from './narrow.ts';
import {
  fieldType,
  refuseNull,
  textOf,
  typeFault,
  withoutFollowOns,
  type Report,
  type TypeFault,
} from './type-fault.ts';
import { kindOfType } from './type-name.ts';
import { withNames, type TypeScope } from './type-scope.ts';
import {
  bool,
  dyn,
  listOf,
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
  const report: Report = (rule, message, place, parts) => {
    faults.set(`${rule} ${place.start} ${place.end}`, typeFault(rule, message, place, parts));
  };
  const type = typeOf(tree, { scope, guarded: false, rounds: noRounds, report, note });
  return { type, faults: withoutFollowOns([...faults.values()].sort((a, b) => a.start - b.start)) };
}

interface Place {
  readonly scope: TypeScope;
  /** Inside `has()` and `default()`, where a missing value is no failure. */
  readonly guarded: boolean;
  /** The loops around, inside the expression. */
  readonly rounds: Rounds;
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
    case 'value':
      return literalType(node, place.report);
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
      return listOf(unionOf([never, ...node.args.map((item) => typeOf(item, place))]), node.args.length);
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
      boolOf(left, within(place, right, node.op === '&&', false));
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

function within(place: Place, condition: ASTNode, truth: boolean, worked = true): Place {
  return { ...place, scope: assume(condition, truth, place.scope, worked) };
}

function boolOf(node: ASTNode, place: Place): void {
  checkBool(typeOf(node, place), textOf(node), node, place.report);
}

function sideOf(node: ASTNode, place: Place): Side {
  const type = typeOf(node, place);
  const declared =
    namePath(node) === undefined || place.scope.types === place.scope.declared
      ? type
      : typeOf(node, {
          scope: { ...place.scope, types: place.scope.declared },
          guarded: true,
          rounds: noRounds,
          report: () => undefined,
          note: undefined,
        });
  return { node, type, declared };
}

function fieldOf(node: ASTNode, target: ASTNode, name: string, optional: boolean, place: Place): Type {
  const guarded = place.guarded || optional || isLenient(target);
  const of = typeOf(target, { ...place, guarded });
  const at = { start: node.end - name.length, end: node.end };
  const type = fieldType(of, { name, of: textOf(target), guarded, at, targetAt: target }, place.report);
  return optional ? unionOf([type, { ...nullType, soft: true }]) : type;
}

function indexType(node: ASTNode, target: ASTNode, index: ASTNode, place: Place): Type {
  const optional = node.op === '[?]';
  const guarded = place.guarded || optional || isLenient(target);
  const of = typeOf(target, { ...place, guarded });
  const key = typeOf(index, place);
  const name = literalValue(index);
  const members = membersOf(of);
  let type: Type = dyn;
  if (typeof name === 'string' && !members.some(({ kind }) => kind === 'list')) {
    type = fieldType(of, { name, of: textOf(target), guarded, at: index, targetAt: target }, place.report);
  } else {
    const known = members.filter(({ kind }) => kind !== 'null');
    if (!guarded) refuseNull(of, textOf(target), target, place.report);
    if (known.length > 0 && known.every(({ kind }) => !['list', 'record', 'dyn'].includes(kind))) {
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
  checkArguments(name, signature, args, types, place);
  if (name === 'range') {
    const [most] = args;
    const count = most === undefined ? undefined : literalValue(most);
    return listOf(number, typeof count === 'number' ? count : undefined);
  }
  return signature.gives(types);
}

function loopType(node: MethodCall, place: Place): Type {
  const [name, receiver, [, body, last]] = node.args;
  const over = typeOf(receiver, place);
  const members = membersOf(over);
  if (!place.guarded) refuseNull(over, textOf(receiver), receiver, place.report);
  if (
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
  const rounds = insideLoop(place.rounds, over);
  checkRounds(place.rounds, rounds, node, place.report);
  const inner = { ...place, rounds, scope: withNames(place.scope, { [variable]: item }) };
  const most = mostOf(over);
  if (name === 'map') {
    if (last === undefined) return listOf(typeOf(body, inner), most);
    boolOf(body, inner);
    return listOf(typeOf(last, within(inner, body, true)), most);
  }
  boolOf(body, inner);
  if (name !== 'filter') return bool;
  const kept = within(inner, body, true).scope.types.fields.get(variable)?.type ?? item;
  return listOf(kept, most);
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
