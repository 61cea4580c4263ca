import {
  dyn,
  isNever,
  itemOf,
  membersOf,
  never,
  nullType,
  number,
  readsOf,
  recordOf,
  typeOfExpression,
  unionOf,
  type Expression,
  type Type,
  type Value,
} from '../expr/index.ts';
import type { LinkedStep, LinkedSteps, StepLinker } from './link-steps.ts';
import type { Node } from '../source/index.ts';
import { innerBlock, seeing, visibleIn, where, type Block } from './step-scope.ts';
import { outputOf, type AtStep } from './step-parts.ts';
import { collected, listOfLanes } from './step-types.ts';
import { linkExpression, linkTyped } from './text.ts';

/** Links the steps of a list. */
export type LinkSteps = (linker: StepLinker, list: Node, block: Block, path: string) => LinkedSteps;

/** `parallel`: branches run side by side. */
export function linkParallel(at: AtStep, linkSteps: LinkSteps): LinkedStep {
  const { linker, node, block, base } = at;
  const parallel = node.get('parallel');
  const lanes = parallel
    .get('branches')
    .entries()
    .map(([name, list]) => ({ name, linked: linkSteps(linker, list, block, `${base.path}.${name}`) }));
  const onError = parallel.get('onError').text() === 'collect' ? 'collect' : 'fail-fast';
  const all = seeing(
    block,
    lanes.map(({ linked }) => linked.after),
  );
  const map = recordOf(
    Object.fromEntries(
      lanes.map(({ name, linked }) => [
        name,
        onError === 'collect' ? collected(linked.output) : linked.output,
      ]),
    ),
  );
  const { output, type } = blockOutput(linker, node, all, map);
  return {
    output: outputOf(at, 'this block', type),
    step: {
      ...base,
      verb: 'parallel',
      branches: lanes.map(({ name, linked }) => ({ name, steps: linked.steps })),
      maxConcurrency: parallel.get('maxConcurrency').number() ?? Math.max(1, lanes.length),
      onError,
      output,
    },
  };
}

/** `foreach`: steps run once for each item. */
export function linkForeach(at: AtStep, linkSteps: LinkSteps): LinkedStep {
  const { linker, node, block, base } = at;
  const foreach = node.get('foreach');
  const as = foreach.get('as').text() ?? 'item';
  if (block.names.has(as)) {
    linker.reporter.report(
      foreach.get('as'),
      'ref/ambiguous-name',
      `"${as}" already means something here; choose another name`,
    );
  }
  const items = linkExpression(linker.reporter, foreach.get('items'), visibleIn(block), 'list');
  const list = items === undefined ? dyn : typeOfExpression(items, block.types).type;
  const item = itemOf(list);
  const inner = innerBlock(block, { [as]: item, index: number });
  const linked = linkSteps(linker, node.get('steps'), inner, base.path);
  const onError = foreach.get('onError').text() === 'collect' ? 'collect' : 'fail-fast';
  const { output, type } = blockOutput(linker, node, linked.after, linked.output);
  const maxItems = foreach.get('maxItems').number() ?? mostOf(list);
  const canBeList = list.kind === 'list' || list.kind === 'union' || list.kind === 'dyn';
  if (maxItems === undefined && canBeList && foreach.entries().length > 0) {
    linker.reporter.report(
      foreach,
      'cost/unbounded-foreach',
      '"foreach" needs "maxItems": the most items it may go through; the schema of the list may say it too',
      { part: 'key' },
    );
  }
  const lanes = outputOf(at, 'this block', listOfLanes(type, onError, maxItems));
  if (items === undefined) return { step: undefined, output: lanes };
  return {
    output: lanes,
    step: {
      ...base,
      verb: 'foreach',
      items,
      as,
      maxItems,
      maxConcurrency: foreach.get('maxConcurrency').number() ?? 1,
      onError,
      steps: linked.steps,
      output,
    },
  };
}

/** The most items a list may have; undefined where nothing bounds it. */
function mostOf(list: Type): number | undefined {
  const bounds = membersOf(list).map((member) => (member.kind === 'list' ? member.most : undefined));
  return bounds.length === 0 || bounds.includes(undefined)
    ? undefined
    : Math.max(...bounds.map((bound) => bound ?? 0));
}

/** `branch`: the first case that holds is taken. */
export function linkBranch(at: AtStep, linkSteps: LinkSteps): LinkedStep {
  const { linker, node, block, base } = at;
  const nodes = node.get('branch').list();
  const types: Type[] = [];
  // Where all cases so far end the run, what comes behind knows that none of them held.
  let known = block;
  let allEnd = true;
  let open = block;
  let hasElse = false;
  const cases = nodes.map((inner, index) => {
    const isElse = inner.get('else').value !== undefined;
    hasElse ||= isElse;
    if (isElse && index < nodes.length - 1) {
      linker.reporter.report(
        inner,
        'graph/unreachable-case',
        'cases after "else" are never reached; put "else" last',
      );
    }
    const when = isElse ? undefined : linkExpression(linker.reporter, inner.get('when'), visibleIn(open));
    const linked = linkSteps(linker, inner.get('steps'), where(open, when, true), `${base.path}#${index}`);
    const { output, type } = blockOutput(linker, inner, linked.after, linked.output);
    types.push(type);
    open = where(open, when, false);
    allEnd &&= isNever(linked.output);
    if (allEnd) known = where(known, when, false);
    return { when, steps: linked.steps, output };
  });
  const none: Type = hasElse ? never : { ...nullType, soft: true };
  return {
    output: outputOf(at, 'this block', unionOf([...types, none])),
    step: { ...base, verb: 'branch', cases },
    after: known,
  };
}

/** `loop`: steps are repeated. */
export function linkLoop(at: AtStep, linkSteps: LinkSteps): LinkedStep {
  const { linker, node, block, base } = at;
  const loop = node.get('loop');
  const bounded = { ...block, loops: block.loops + 1 };
  const round = (
    prev: Type,
  ): { linked: LinkedSteps; inner: Block; output: Value | undefined; type: Type } => {
    const inner = innerBlock(bounded, { prev, index: number });
    const linked = linkSteps(linker, node.get('steps'), inner, base.path);
    return { linked, inner, ...blockOutput(linker, node, linked.after, linked.output) };
  };
  const first = round(dyn);
  // The second look knows what a round gives; what it finds again is the same finding.
  const again = membersOf(first.type).some(({ kind }) => kind !== 'dyn') && block.loops < deepestSecondLook;
  const { linked, inner, output, type } = again ? round(unionOf([nullType, first.type])) : first;
  const condition = linkExpression(linker.reporter, loop.get('while'), visibleIn(inner));
  return {
    output: outputOf(at, 'this block', unionOf([type, withoutRound(condition)])),
    step: {
      ...base,
      verb: 'loop',
      until: linkExpression(linker.reporter, loop.get('until'), visibleIn(linked.after)),
      while: condition,
      maxIterations: loop.get('maxIterations').number() ?? 1,
      steps: linked.steps,
      output,
    },
  };
}

/** Loops inside so many others are looked at once only. */
const deepestSecondLook = 2;

/** What a loop gives that has no round. A condition over the rounds is mostly one that lets the first one be. */
function withoutRound(condition: Expression | undefined): Type {
  if (condition === undefined) return never;
  const overRounds = readsOf(condition).some(({ path }) => path[0] === 'prev' || path[0] === 'index');
  return overRounds ? { ...nullType, soft: true } : nullType;
}

/** The `output` of a block, which sees the steps inside, and the type of what leaves the block. */
function blockOutput(
  linker: StepLinker,
  node: Node,
  inside: Block,
  otherwise: Type,
): { readonly output: Value | undefined; readonly type: Type } {
  const output = linkTyped(linker.reporter, node.get('output'), visibleIn(inside));
  if (output === undefined) return { output, type: otherwise };
  return { output: output.value, type: isNever(otherwise) ? never : output.typed.type };
}
