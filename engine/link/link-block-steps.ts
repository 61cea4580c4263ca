import type { Value } from '../expr/index.ts';
import type { Step, StepBase } from '../program/workflow.ts';
import type { StepLinker } from './link-steps.ts';
import type { Node } from './node.ts';
import { afterSteps, innerBlock, visibleIn, type Block } from './step-scope.ts';
import { linkExpression, linkValue } from './text.ts';

type LinkSteps = (linker: StepLinker, list: Node, block: Block, path: string) => Step[];

/** Steps that hold other steps: parallel, foreach, branch, loop. */
export function linkBlockStep(
  linker: StepLinker,
  node: Node,
  block: Block,
  base: StepBase,
  verb: string,
  linkSteps: LinkSteps,
): Step | undefined {
  switch (verb) {
    case 'parallel':
      return linkParallel(linker, node, block, base, linkSteps);
    case 'foreach':
      return linkForeach(linker, node, block, base, linkSteps);
    case 'branch':
      return linkBranch(linker, node, block, base, linkSteps);
    case 'loop':
      return linkLoop(linker, node, block, base, linkSteps);
    default:
      return undefined;
  }
}

function linkParallel(
  linker: StepLinker,
  node: Node,
  block: Block,
  base: StepBase,
  linkSteps: LinkSteps,
): Step {
  const parallel = node.get('parallel');
  const branches = parallel
    .get('branches')
    .entries()
    .map(([name, steps]) => ({ name, steps: linkSteps(linker, steps, block, `${base.path}.${name}`) }));
  return {
    ...base,
    verb: 'parallel',
    branches,
    maxConcurrency: parallel.get('maxConcurrency').number() ?? Math.max(1, branches.length),
    onError: parallel.get('onError').text() === 'collect' ? 'collect' : 'fail-fast',
    output: blockOutput(
      linker,
      node,
      block,
      parallel
        .get('branches')
        .entries()
        .map(([, list]) => list),
    ),
  };
}

function linkForeach(
  linker: StepLinker,
  node: Node,
  block: Block,
  base: StepBase,
  linkSteps: LinkSteps,
): Step | undefined {
  const foreach = node.get('foreach');
  const as = foreach.get('as').text() ?? 'item';
  if (block.names.has(as)) {
    linker.reporter.report(
      foreach.get('as'),
      'ref/ambiguous-name',
      `"${as}" already means something here; choose another name`,
    );
  }
  const inner = innerBlock(block, [as, 'index']);
  const steps = linkSteps(linker, node.get('steps'), inner, base.path);
  const items = linkExpression(linker.reporter, foreach.get('items'), visibleIn(block));
  const maxItems = foreach.get('maxItems').number();
  if (maxItems === undefined) {
    linker.reporter.report(
      foreach,
      'cost/unbounded-foreach',
      '"foreach" needs "maxItems": the most items it may go through',
      { part: 'key' },
    );
  }
  if (items === undefined) return undefined;
  return {
    ...base,
    verb: 'foreach',
    items,
    as,
    maxItems,
    maxConcurrency: foreach.get('maxConcurrency').number() ?? 1,
    onError: foreach.get('onError').text() === 'collect' ? 'collect' : 'fail-fast',
    steps,
    output: blockOutput(linker, node, inner),
  };
}

function linkBranch(
  linker: StepLinker,
  node: Node,
  block: Block,
  base: StepBase,
  linkSteps: LinkSteps,
): Step {
  const nodes = node.get('branch').list();
  const cases = nodes.map((inner, index) => {
    const isElse = inner.get('else').value !== undefined;
    if (isElse && index < nodes.length - 1) {
      linker.reporter.report(
        inner,
        'graph/unreachable-case',
        'cases after "else" are never reached; put "else" last',
      );
    }
    const steps = linkSteps(linker, inner.get('steps'), block, `${base.path}#${index}`);
    return {
      when: isElse ? undefined : linkExpression(linker.reporter, inner.get('when'), visibleIn(block)),
      steps,
      output: blockOutput(linker, inner, block),
    };
  });
  return { ...base, verb: 'branch', cases };
}

function linkLoop(linker: StepLinker, node: Node, block: Block, base: StepBase, linkSteps: LinkSteps): Step {
  const loop = node.get('loop');
  const inner = innerBlock(block, ['prev', 'index']);
  const steps = linkSteps(linker, node.get('steps'), inner, base.path);
  const after = afterSteps(inner, node.get('steps'));
  return {
    ...base,
    verb: 'loop',
    until: linkExpression(linker.reporter, loop.get('until'), visibleIn(after)),
    while: linkExpression(linker.reporter, loop.get('while'), visibleIn(inner)),
    maxIterations: loop.get('maxIterations').number() ?? 1,
    steps,
    output: blockOutput(linker, node, inner),
  };
}

function blockOutput(
  linker: StepLinker,
  node: Node,
  block: Block,
  lists: readonly Node[] = [node.get('steps')],
): Value | undefined {
  return linkValue(linker.reporter, node.get('output'), visibleIn(lists.reduce(afterSteps, block)));
}
