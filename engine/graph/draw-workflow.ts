import type { BranchStep, ForeachStep, LoopStep, ParallelStep } from '../program/block-step.ts';
import type { Catch, Step } from '../program/step.ts';
import type { Workflow } from '../program/workflow.ts';
import { describeStep } from './describe-step.ts';
import type { Diagram, DiagramGroup } from './diagram.ts';
import { line } from './line.ts';
import { inside, join, newSheet, type Group, type Open, type Sheet } from './sheet.ts';

/** The boxes and arrows of a workflow; one in TypeScript is a single box. */
export function drawWorkflow(workflow: Workflow): Diagram {
  const { name, description, origin, steps } = workflow;
  const { sheet, drawn } = newSheet();
  const start = sheet.node({ id: sheet.free('(start)'), kind: 'start', title: 'start' });
  const code =
    workflow.module === undefined
      ? undefined
      : sheet.node({ id: sheet.free(name), kind: 'step', title: line(name), detail: 'TypeScript', origin });
  if (code !== undefined) sheet.edge({ from: start, to: code, kind: 'next' });
  const open = drawSteps(sheet, steps, undefined, [{ from: code ?? start }]);
  if (open.length > 0) {
    const end = sheet.node({ id: sheet.free('(end)'), kind: 'end', title: 'end' });
    join(sheet, open, end);
  }
  return { workflow: line(name), description: line(description, 200), origin, ...drawn };
}

/** Draws steps one after the other; gives the arrows that lead on. None: nothing comes after. */
function drawSteps(
  sheet: Sheet,
  steps: readonly Step[],
  group: Group,
  before: readonly Open[],
): readonly Open[] {
  return steps.reduce<readonly Open[]>((open, step) => drawStep(sheet, step, group, open), before);
}

function drawStep(sheet: Sheet, step: Step, group: Group, before: readonly Open[]): readonly Open[] {
  if (step.if === undefined) return drawUnconditional(sheet, step, group, before);
  const choice = sheet.node({
    id: sheet.free(`${step.path}?`),
    kind: 'choice',
    title: line(step.if.source, 80),
    origin: step.origin,
    ...inside(group),
  });
  join(sheet, before, choice);
  const after = drawUnconditional(sheet, step, group, [{ from: choice, label: 'yes' }]);
  return [...after, { from: choice, label: 'no' }];
}

function drawUnconditional(sheet: Sheet, step: Step, group: Group, before: readonly Open[]): readonly Open[] {
  const { head, open } = drawVerb(sheet, step, group, before);
  return [
    ...open,
    ...step.catch.flatMap((one, index) => drawCatch(sheet, { step, one, index }, group, head)),
  ];
}

interface Drawn {
  /** The node from which failures are caught. */
  readonly head: string;
  readonly open: readonly Open[];
}

function drawVerb(sheet: Sheet, step: Step, group: Group, before: readonly Open[]): Drawn {
  switch (step.verb) {
    case 'parallel':
      return drawParallel(sheet, step, group, before);
    case 'foreach':
    case 'loop':
      return drawRepeated(sheet, step, group, before);
    case 'branch':
      return drawBranch(sheet, step, group, before);
    default: {
      const detail = line(describeStep(step));
      const head = sheet.node({
        id: sheet.free(step.path),
        kind: 'step',
        verb: step.verb,
        title: line(step.id),
        ...(detail === '' ? {} : { detail }),
        origin: step.origin,
        ...inside(group),
      });
      join(sheet, before, head);
      const isLast = step.verb === 'return' || step.verb === 'fail';
      return { head, open: isLast ? [] : [{ from: head }] };
    }
  }
}

function drawParallel(sheet: Sheet, step: ParallelStep, group: Group, before: readonly Open[]): Drawn {
  const { branches, maxConcurrency, path, origin } = step;
  const box = drawBox(sheet, step, group, 'parallel');
  const bound = maxConcurrency < branches.length ? `, ${maxConcurrency} at a time` : '';
  const head = sheet.node({
    id: sheet.free(`${path}/(fork)`),
    kind: 'fork',
    title: `side by side${bound}`,
    origin,
    group: box,
  });
  join(sheet, before, head);
  const open = branches.flatMap(({ name, steps }) => {
    const lane = sheet.group({
      id: sheet.free(`${path}/(${name})`),
      kind: 'lane',
      title: line(name),
      group: box,
      origin: steps[0]?.origin ?? origin,
    });
    return drawSteps(sheet, steps, lane, [{ from: head }]);
  });
  if (open.length === 0) return { head, open };
  const end = sheet.node({
    id: sheet.free(`${path}/(join)`),
    kind: 'join',
    title: 'all done',
    group: box,
    origin,
  });
  join(sheet, open, end);
  return { head, open: [{ from: end }] };
}

function drawRepeated(
  sheet: Sheet,
  step: ForeachStep | LoopStep,
  group: Group,
  before: readonly Open[],
): Drawn {
  const box = drawBox(sheet, step, group, step.verb);
  const isLoop = step.verb === 'loop';
  const head = sheet.node({
    id: sheet.free(`${step.path}/(repeat)`),
    kind: 'repeat',
    title: isLoop ? roundsOf(step) : itemsOf(step),
    origin: step.origin,
    group: box,
  });
  join(sheet, before, head);
  const last = drawSteps(sheet, step.steps, box, [{ from: head }]);
  const back = last.map((open) => ({ ...open, kind: open.kind ?? ('again' as const) }));
  join(sheet, back, head);
  return { head, open: [{ from: head, label: isLoop ? endOf(step) : 'done' }] };
}

function drawBranch(sheet: Sheet, step: BranchStep, group: Group, before: readonly Open[]): Drawn {
  const box = drawBox(sheet, step, group, 'branch');
  const { id, path, origin, cases } = step;
  const head = sheet.node({
    id: sheet.free(`${path}/(case)`),
    kind: 'choice',
    title: line(id),
    origin,
    group: box,
  });
  join(sheet, before, head);
  const open = cases.flatMap(({ when, steps }) =>
    drawSteps(sheet, steps, box, [
      { from: head, label: when === undefined ? 'else' : line(when.source, 80) },
    ]),
  );
  const isOpen = cases.every(({ when }) => when !== undefined);
  return { head, open: isOpen ? [...open, { from: head, label: 'none' }] : open };
}

function drawCatch(
  sheet: Sheet,
  { step, one, index }: { readonly step: Step; readonly one: Catch; readonly index: number },
  group: Group,
  head: string,
): readonly Open[] {
  const id = `${step.path}/(catch ${index + 1})`;
  const title = one.on.length === 0 ? 'any failure' : line(one.on.join(', '));
  const failed: Open = { from: head, kind: 'catch', label: title };
  if (one.steps.length === 0) {
    const node = sheet.node({
      id: sheet.free(id),
      kind: 'recover',
      title: line(`${step.id} recovered`),
      origin: step.origin,
      ...inside(group),
    });
    join(sheet, [failed], node);
    return [{ from: node }];
  }
  const box = sheet.group({
    id: sheet.free(id),
    kind: 'catch',
    title: line(`when ${step.id} fails`),
    origin: one.steps[0]?.origin ?? step.origin,
    ...inside(group),
  });
  return drawSteps(sheet, one.steps, box, [failed]);
}

function drawBox(sheet: Sheet, { id, path, origin }: Step, group: Group, kind: DiagramGroup['kind']): string {
  return sheet.group({ id: sheet.free(path), kind, title: line(id), origin, ...inside(group) });
}

function itemsOf({ as, items, maxItems, maxConcurrency }: ForeachStep): string {
  const bounds = [
    ...(maxItems === undefined ? [] : [`at most ${maxItems}`]),
    ...(maxConcurrency > 1 ? [`${maxConcurrency} at a time`] : []),
  ];
  return [`each ${line(as)} of ${line(items.source)}`, ...bounds].join(', ');
}

function roundsOf({ maxIterations }: LoopStep): string {
  return `at most ${maxIterations} round${maxIterations === 1 ? '' : 's'}`;
}

function endOf({ until, while: goesOn }: LoopStep): string {
  if (until !== undefined) return `until ${line(until.source, 80)}`;
  return goesOn === undefined ? 'done' : `unless ${line(goesOn.source, 80)}`;
}
