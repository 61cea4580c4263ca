import type { EngineEvent } from '../core/event.ts';
import type { ProblemData } from '../core/problem.ts';
import { isTerminal, type StepStatus } from '../core/status.ts';
import {
  changesFor,
  explainExpression,
  type Change,
  type Explained,
  type Expression,
  type Goal,
  type Scope,
} from '../expr/index.ts';
import type { Execution } from '../ports/store.ts';
import type { BranchStep } from '../program/block-step.ts';
import type { Step } from '../program/step.ts';
import { shapeOf, type StepPlace } from './step-places.ts';

/** A condition that was asked, and what it gave. */
export interface ConditionExplained {
  /** Path of the step it belongs to. */
  readonly step: string;
  /** `if` of a step, or a case of a branch by its index. */
  readonly kind: 'if' | 'case';
  readonly index?: number;
  /** The condition with what each part gave; absent for the `else` of a branch. */
  readonly tree?: ExplainedPart;
  /** Whether the step ran, or the case was chosen, because of it. */
  readonly chosen: boolean;
  /** What would have made it otherwise: each is enough, the smallest first; empty when nobody knows. */
  readonly otherwise: readonly (readonly Change[])[];
}

/** A part of a condition, and where its value came from. */
export interface ExplainedPart extends Omit<Explained, 'parts'> {
  /** `input`, `env`, `run`, a name of the block around, or the step that gave the value. */
  readonly from?: string;
  readonly parts: readonly ExplainedPart[];
}

/** A step that a replay came to, and what it saw. */
export interface Seen {
  readonly step: Step;
  readonly scope: Scope;
}

/** How a step of a run went, and what decided that. */
export interface Verdict {
  /** `running`: it began and has no end yet; `not_reached`: it never began. */
  readonly status: StepStatus | 'running' | 'not_reached';
  readonly error?: ProblemData;
  /** One line. */
  readonly reason: string;
  /** What was asked on the way to that, in order. */
  readonly conditions: readonly ConditionExplained[];
}

/** The step that was asked for: its path when the run came to it. */
export interface Target {
  readonly place: StepPlace;
  readonly path?: string;
}

/** How the steps of a run ended, as far as its events tell: undefined for one that began only. */
export type Ends = ReadonlyMap<string, Extract<EngineEvent, { type: 'step_end' }>['data'] | undefined>;

/** Says how the step went and what decided that. */
export function explainConditions(
  target: Target,
  known: { readonly seen: ReadonlyMap<string, Seen>; readonly ends: Ends; readonly run: Execution },
): Verdict {
  const { seen, ends, run } = known;
  const { place, path } = target;
  const own = path === undefined ? undefined : seen.get(path);
  if (path === undefined) return notReached(place);
  const conditions = [...wayTo(place, path), ...(own === undefined ? [] : conditionsOf(own, path))];
  const end = ends.get(path);
  const isSkipped =
    end?.status === 'skipped' ||
    conditions.some(({ step, chosen }) => step === path && !chosen && ownIf(own));
  if (isSkipped) return { status: 'skipped', reason: 'its condition gave false', conditions };
  if (end?.status === 'failed')
    return {
      status: 'failed',
      ...errorOf(end.error),
      reason: `it failed: ${end.error?.message ?? ''}`,
      conditions,
    };
  if (end?.status === 'recovered')
    return {
      status: 'recovered',
      ...errorOf(end.error),
      reason: 'it failed, and a "catch" gave its output',
      conditions,
    };
  if (ends.has(path) && end === undefined)
    return isTerminal(run.state)
      ? { status: 'failed', ...errorOf(run.error), reason: 'it was at work when the run ended', conditions }
      : { status: 'running', reason: 'it is at work', conditions };
  // A replay knows from what is recorded which step comes next before the run has begun it.
  if (!ends.has(path) && !isTerminal(run.state))
    return { status: 'not_reached', reason: 'the run has not come to it yet', conditions };
  const taken = own?.step.verb === 'branch' ? takenCase(path) : undefined;
  const reason =
    taken === undefined
      ? place.step.if === undefined
        ? 'nothing stood in its way'
        : 'its condition gave true'
      : taken;
  return { status: 'succeeded', reason, conditions };

  function ownIf(one: Seen | undefined): boolean {
    return one?.step.if !== undefined;
  }

  function takenCase(at: string): string | undefined {
    const chosen = conditions.find(({ step, kind, chosen: is }) => step === at && kind === 'case' && is);
    return chosen === undefined ? 'no case held' : `case ${(chosen.index ?? 0) + 1} was chosen`;
  }

  /** The conditions of the blocks around a step that was reached. */
  function wayTo({ parent }: StepPlace, at: string): readonly ConditionExplained[] {
    if (parent === undefined) return [];
    const outer = at
      .slice(0, at.length - lastPart(at).length - 1)
      .replace(/(#\d+|\[\d+\]|\.[\w-]+|!\d+)$/, '');
    const block = seen.get(outer);
    return [...wayTo(parent.place, outer), ...(block === undefined ? [] : conditionsOf(block, outer))];
  }

  /** Why the run did not come to a step: what the nearest block around that it came to decided. */
  function notReached({ step, parent }: StepPlace): Verdict {
    const status = 'not_reached';
    for (let inner = parent; inner !== undefined; inner = inner.place.parent) {
      const { place: block, through } = inner;
      const found = [...seen].find(([at]) => shapeOf(at) === block.shape);
      if (found === undefined) continue;
      const [at, one] = found;
      const goal = through.kind === 'case' ? through.index : undefined;
      const asked = [...wayTo(block, at), ...conditionsOf(one, at, goal)];
      if (ends.get(at)?.status === 'skipped')
        return { status, reason: `step "${at}" around it was skipped`, conditions: asked };
      if (through.kind === 'case' && asked.some((a) => a.step === at && a.kind === 'case')) {
        const other = asked.find((a) => a.step === at && a.kind === 'case' && a.chosen);
        if (other?.index !== through.index)
          return {
            status,
            reason: `it is in case ${through.index + 1} of "${at}", and ${other === undefined ? 'no case held' : `case ${(other.index ?? 0) + 1} was chosen`}`,
            conditions: asked,
          };
      }
      if (through.kind === 'catch' && ends.get(at)?.status !== 'recovered')
        return {
          status,
          reason: `it is in a "catch" of "${at}", which did not take a failure`,
          conditions: [],
        };
      if (through.kind === 'round' && ends.get(at)?.status === 'succeeded')
        return { status, reason: `"${at}" around it had nothing to do it for`, conditions: asked };
      break;
    }
    const failed = [...ends].reverse().find(([, end]) => end?.status === 'failed');
    const why = !isTerminal(run.state)
      ? 'the run has not come to it yet'
      : failed === undefined
        ? `the run ended before it came to "${step.id}"`
        : `the run ended before it: step "${failed[0]}" failed`;
    return { status, ...errorOf(failed?.[1]?.error ?? run.error), reason: why, conditions: [] };
  }

  /** The conditions of one step: its `if`, and the cases of a branch. */
  function conditionsOf({ step, scope }: Seen, at: string, goal?: number): readonly ConditionExplained[] {
    const found: ConditionExplained[] = [];
    if (step.if !== undefined) {
      const tree = partOf(explainExpression(step.if, scope), at);
      const chosen = tree.value === true;
      found.push({
        step: at,
        kind: 'if',
        tree,
        chosen,
        otherwise: changesFor([{ expression: step.if, truth: !chosen }], scope),
      });
      if (!chosen) return found;
    }
    return step.verb === 'branch' ? [...found, ...casesOf(step, scope, at, goal)] : found;
  }

  function casesOf(step: BranchStep, scope: Scope, at: string, goal?: number): readonly ConditionExplained[] {
    const found: ConditionExplained[] = [];
    let isTaken = false;
    for (const [index, { when }] of step.cases.entries()) {
      const asked: Explained | undefined =
        isTaken || when === undefined ? undefined : explainExpression(when, scope);
      const chosen: boolean = !isTaken && (asked === undefined || asked.value === true);
      const shown =
        when === undefined ? {} : { tree: asked === undefined ? ignoredPart(when) : partOf(asked, at) };
      const goals = chosen ? otherThan(step, index) : choosing(step, index);
      // The case that was asked about is told in full, the others only as far as they were looked at.
      if (!isTaken || index === goal)
        found.push({ step: at, kind: 'case', index, ...shown, chosen, otherwise: changesFor(goals, scope) });
      isTaken ||= chosen;
    }
    return found;
  }

  function partOf({ parts, ...part }: Explained, at: string): ExplainedPart {
    const from = part.path === undefined ? undefined : sourceOf(part.path, at);
    return { ...part, ...(from === undefined ? {} : { from }), parts: parts.map((one) => partOf(one, at)) };
  }

  /** Where the value at a path of the scope came from. */
  function sourceOf([root = '', id = '']: readonly string[], at: string): string {
    if (root !== 'steps') return root;
    for (let around = at; around !== '';) {
      around = around.slice(0, around.lastIndexOf('/') + 1);
      if (seen.has(around + id)) return `step ${around}${id}`;
      around = around.slice(0, -1);
    }
    const other = [...seen.keys()].find((candidate) => lastPart(candidate) === id);
    return `step ${other ?? id}`;
  }
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function errorOf(error: ProblemData | undefined): { readonly error?: ProblemData } {
  return error === undefined ? {} : { error };
}

function ignoredPart({ source }: Expression): ExplainedPart {
  return { source, ignored: true, parts: [] };
}

/** What a case needs to be chosen: none before it holds, and it does. */
function choosing({ cases }: BranchStep, index: number): readonly Goal[] {
  return cases.slice(0, index + 1).flatMap(({ when }, at): Goal[] => {
    return when === undefined ? [] : [{ expression: when, truth: at === index }];
  });
}

/** What makes another case be chosen: that this one does not hold; after an `else` there is no other. */
function otherThan({ cases }: BranchStep, index: number): readonly Goal[] {
  const when = cases[index]?.when;
  return when === undefined ? [] : [{ expression: when, truth: false }];
}
