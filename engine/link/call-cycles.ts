import type { Origin } from '../core/range.ts';
import type { Tool } from '../program/tool.ts';
import type { Step } from '../program/step.ts';
import type { Workflow } from '../program/workflow.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import type { Names } from './names.ts';
import { innerSteps } from './reached.ts';
import { nodeOfStep } from './step-nodes.ts';

/** A call that every run of a workflow makes. */
interface Call {
  readonly to: string;
  readonly origin: Origin;
}

/** Reports workflows of which every run calls the same workflow again, directly or through others: none ever ends. */
export function reportCallCycles(
  reporter: Reporter,
  names: Names,
  workflows: Readonly<Record<string, Workflow>>,
  tools: Readonly<Record<string, Tool>>,
): void {
  const calls = new Map(
    Object.entries(workflows).map(([name, { steps }]) => [name, certainCalls(steps, tools)]),
  );
  const told = new Set<string>();
  for (const name of [...calls.keys()].sort()) {
    const cycle = told.has(name) ? undefined : wayBack(name, calls);
    const [first, ...others] = cycle ?? [];
    const root = names.of.workflow[name];
    if (cycle === undefined || first === undefined || root === undefined) continue;
    for (const { to } of cycle) told.add(to);
    const way = [name, ...cycle.map(({ to }) => to)].join(' → ');
    reporter.report(callNode(root, first.origin), 'graph/cycle', `"${name}" always calls itself: ${way}`, {
      related: others.map(({ to, origin: { file, range } }) => ({
        file,
        range,
        message: `this calls "${to}"`,
      })),
    });
  }
}

/** The shortest row of calls from a workflow to itself; undefined when there is none. */
function wayBack(name: string, calls: ReadonlyMap<string, readonly Call[]>): Call[] | undefined {
  const seen = new Set<string>();
  const ways: Call[][] = [[]];
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    for (const call of calls.get(way.at(-1)?.to ?? name) ?? []) {
      if (call.to === name) return [...way, call];
      if (seen.has(call.to)) continue;
      seen.add(call.to);
      ways.push([...way, call]);
    }
  }
  return undefined;
}

/** The calls that a run makes whatever its input. */
function certainCalls(steps: readonly Step[], tools: Readonly<Record<string, Tool>>): Call[] {
  const calls: Call[] = [];
  for (const step of steps) {
    if (step.if === undefined) {
      const to = calledBy(step, tools);
      if (to !== undefined) calls.push({ to, origin: step.origin });
      for (const list of certainSteps(step)) calls.push(...certainCalls(list, tools));
    }
    if (mayEnd(step)) return calls;
  }
  return calls;
}

function calledBy(step: Step, tools: Readonly<Record<string, Tool>>): string | undefined {
  if (step.verb === 'workflow') return step.workflow;
  const run = step.verb === 'tool' ? tools[step.tool]?.run : undefined;
  return run?.type === 'workflow' ? run.workflow : undefined;
}

/** Lists of steps inside a step that run when it does. */
function certainSteps(step: Step): readonly (readonly Step[])[] {
  if (step.verb === 'parallel') return step.branches.map(({ steps }) => steps);
  return step.verb === 'loop' && step.while === undefined ? [step.steps] : [];
}

function mayEnd(step: Step): boolean {
  return step.verb === 'return' || step.verb === 'fail' || innerSteps(step).some(mayEnd);
}

/** The name that a step calls, for a finding to stand at. */
function callNode(root: Node, origin: Origin): Node {
  const step = nodeOfStep(root, { origin });
  return step.get(step.get('workflow').value === undefined ? 'tool' : 'workflow');
}
