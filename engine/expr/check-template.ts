import { itemOf } from './cel-signatures.ts';
import { helperName, pairsOf, partialName } from './template-check.ts';
import type { Stretch, TemplateTree } from './template-parse.ts';
import { entryOf, narrowed, placeOf, startOf, type Context, type Sight } from './template-sight.ts';
import { anItemOf, fieldType, refuseNull, typeFault, type FaultParts, type TypeFault } from './type-fault.ts';
import { kindOfType } from './type-name.ts';
import type { TypeScope } from './type-scope.ts';
import { bool, dyn, isScalar, membersOf, number, string, unionOf, withoutNull, type Type } from './type.ts';

/** What the types of a scope tell about a template. */
export interface CheckedTemplate {
  readonly faults: readonly TypeFault[];
  /** What each name it reads stands for; names read inside partials are left out. */
  readonly reads: readonly (Stretch & { readonly type: Type })[];
}

/**
 * Checks what a template reads against the types of its scope; what a partial does is reported where it is called.
 * `note` hears of every path of the template itself, with what can be seen there.
 */
export function checkTemplateTypes(
  tree: TemplateTree,
  partials: ReadonlyMap<string, TemplateTree>,
  scope: TypeScope,
  note?: (node: hbs.AST.PathExpression, sight: Sight) => void,
): CheckedTemplate {
  const faults = new Map<string, TypeFault>();
  const reads: (Stretch & { readonly type: Type })[] = [];
  program(tree.program, { contexts: [{ scope }], bound: new Map(), root: scope, source: tree });
  return { faults: [...faults.values()].sort((a, b) => a.start - b.start), reads };

  function report(
    rule: TypeFault['rule'],
    message: string,
    { start, end }: Stretch,
    parts?: FaultParts,
  ): void {
    const fault = typeFault(rule, message, { start, end }, parts);
    const key = `${rule} ${start} ${end} ${message}`;
    if (!faults.has(key)) faults.set(key, fault);
  }

  function program(node: hbs.AST.Program | undefined, sight: Sight): void {
    for (const statement of node?.body ?? []) visit(statement, sight);
  }

  function visit(node: hbs.AST.Statement, sight: Sight): void {
    if (node.type === 'BlockStatement') return block(node as hbs.AST.BlockStatement, sight);
    if (node.type === 'PartialStatement') return partial(node as hbs.AST.PartialStatement, sight);
    if (node.type !== 'MustacheStatement') return;
    const mustache = node as hbs.AST.MustacheStatement;
    if (mustache.params.length > 0) {
      call(mustache, sight);
      return;
    }
    const type = expression(mustache.path, sight, false);
    const members = membersOf(withoutNull(type));
    const path = (mustache.path as hbs.AST.PathExpression).original;
    if (type.kind === 'null' && type.skipped === undefined && type.soft !== true) {
      report(
        'template/not-text',
        `"${path}" is always null, so nothing is printed`,
        placeOf(mustache.path, sight),
      );
    }
    if (members.length === 0 || !members.every(({ kind }) => kind === 'list' || kind === 'record')) return;
    const message = `"${path}" is a ${kindOfType(withoutNull(type))}, not text; write {{json ${path}}}, or go through it with {{#each ${path}}}`;
    report('template/raw-object', message, placeOf(mustache.path, sight));
  }

  function block(node: hbs.AST.BlockStatement, sight: Sight): void {
    const name = helperName(node.path);
    const [param] = node.params;
    if (param === undefined) return;
    const testing = name === 'if' || name === 'unless';
    const type = expression(param, sight, testing);
    if (testing) {
      const held = narrowed(param, sight);
      program(node.program, name === 'if' ? held : sight);
      program(node.inverse, name === 'if' ? sight : held);
      return;
    }
    const isEach = name === 'each';
    if (isEach) checkEach(type, param, sight);
    const inner = isEach ? entryOf(type) : withoutNull(type);
    const written = 'original' in param ? String(param.original) : '';
    const names = node.program?.blockParams ?? [];
    const given = [inner, isEach ? (isOnly(type, 'list') ? number : dyn) : dyn];
    const bound = new Map([
      ...sight.bound,
      ...names.map((word, index) => [word, given[index] ?? dyn] as const),
    ]);
    const of = isEach ? `${anItemOf}${written}` : written;
    program(node.program, { ...sight, contexts: [...sight.contexts, { type: inner, of }], bound });
    program(node.inverse, sight);
  }

  function checkEach(type: Type, param: hbs.AST.Expression, sight: Sight): void {
    const members = membersOf(withoutNull(type));
    if (members.length === 0 || !members.every(isScalar)) return;
    report(
      'expr/not-list',
      `{{#each}} needs a list or a map, got ${kindOfType(type)}`,
      placeOf(param, sight),
    );
  }

  function partial(node: hbs.AST.PartialStatement, sight: Sight): void {
    const [param] = node.params;
    const type = param === undefined ? undefined : expression(param, sight, false);
    const given = pairsOf(node).map(({ key, value }) => [key, expression(value, sight, false)] as const);
    const target = partials.get(partialName(node) ?? '');
    if (target === undefined) return;
    const current = sight.contexts.at(-1) ?? { scope: sight.root };
    const context: Context =
      type === undefined
        ? current
        : { type, of: param !== undefined && 'original' in param ? String(param.original) : '' };
    program(target.program, {
      ...sight,
      contexts: [context],
      bound: new Map([...(param === undefined ? sight.bound : []), ...given]),
      source: target,
      at: sight.at ?? sight.source.rangeOf(node),
    });
  }

  function call(node: hbs.AST.MustacheStatement | hbs.AST.SubExpression, sight: Sight): Type {
    const name = helperName(node.path) ?? '';
    const types = node.params.map((param, index) =>
      expression(param, sight, name === 'default' && index === 0),
    );
    const [type = dyn, other = dyn] = types;
    const [param] = node.params;
    if (param !== undefined) checkArgument(name, type, param, sight);
    if (name === 'default') return unionOf([withoutNull(type), other]);
    return string;
  }

  function checkArgument(name: string, type: Type, param: hbs.AST.Expression, sight: Sight): void {
    const members = membersOf(type);
    if (members.length === 0) return;
    const none = (accepts: (member: Type) => boolean): boolean =>
      !members.some((member) => member.kind === 'dyn' || accepts(member));
    const wanted =
      (name === 'upper' || name === 'lower') && none(isScalar)
        ? 'text'
        : name === 'join' && none(({ kind }) => kind === 'list')
          ? 'a list'
          : name === 'date' && none(({ kind }) => kind === 'string' || kind === 'number')
            ? 'a date'
            : undefined;
    const refusesNull = ['upper', 'lower', 'join', 'date'].includes(name);
    if (wanted === undefined && refusesNull && 'original' in param)
      refuseNull(type, String(param.original), placeOf(param, sight), report);
    if (wanted === undefined) return;
    report('expr/type', `{{${name}}} needs ${wanted}, got ${kindOfType(type)}`, placeOf(param, sight));
  }

  function expression(node: hbs.AST.Node, sight: Sight, guarded: boolean): Type {
    switch (node.type) {
      case 'SubExpression':
        return call(node as hbs.AST.SubExpression, sight);
      case 'PathExpression': {
        const type = path(node as hbs.AST.PathExpression, sight, guarded);
        if (sight.at === undefined) reads.push({ ...sight.source.rangeOf(node), type });
        return type;
      }
      case 'StringLiteral':
        return string;
      case 'NumberLiteral':
        return number;
      case 'BooleanLiteral':
        return bool;
      default:
        return dyn;
    }
  }

  function path(node: hbs.AST.PathExpression, sight: Sight, guarded: boolean): Type {
    if (sight.at === undefined) note?.(node, sight);
    const start = startOf(node, sight);
    if (start === undefined) return dyn;
    const places = placesOf(node, sight);
    let { type, of } = start;
    for (const [index, name] of start.parts.entries()) {
      const at = places[node.parts.length - start.parts.length + index] ?? placeOf(node, sight);
      const whole = placeOf(node, sight);
      const targetAt = sight.at ?? { start: whole.start, end: Math.max(at.start - 1, whole.start + 1) };
      type = partOf(type, { name, of, guarded, language: 'template', at, targetAt });
      of = of === '' ? name : `${of}.${name}`;
    }
    return type;
  }

  function partOf(type: Type, read: Parameters<typeof fieldType>[1]): Type {
    if (/^\d+$/.test(read.name) && membersOf(type).some(({ kind }) => kind === 'list')) return itemOf(type);
    if (read.name === 'length' && membersOf(type).some(({ kind }) => kind === 'list' || kind === 'string'))
      return dyn;
    return fieldType(type, read, report);
  }
}

/** Where each name of a path stands. */
export function placesOf(node: hbs.AST.PathExpression, { source, at }: Sight): readonly Stretch[] {
  const { start, end } = source.rangeOf(node);
  const text = source.source.slice(start, end);
  let from = /^this\b/.exec(text)?.[0].length ?? 0;
  return node.parts.map((name) => {
    const found = text.indexOf(name, from);
    if (at !== undefined || found === -1) return at ?? { start, end };
    from = found + name.length;
    return { start: start + found, end: start + from };
  });
}

function isOnly(type: Type, kind: Type['kind']): boolean {
  return membersOf(type).every((member) => member.kind === kind);
}
