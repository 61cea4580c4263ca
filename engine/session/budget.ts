import { addUsage, noUsage, type Usage } from '../core/message.ts';
import { Problem } from '../core/problem.ts';
import type { Agent, Limits } from '../program/agent.ts';

/** A count of model calls and what they used. */
export interface Count {
  readonly usage: Usage;
  readonly modelCalls: number;
}

/** A running count of what an operation used, with what it may use. */
export interface Spent {
  /** What is over: runs of the harness, model calls of the engine's own, tasks. */
  usage: Usage;
  modelCalls: number;
  /** What the run of the harness at work has used. */
  running: Count;
  /** A model call is under way, and counts. */
  isCalling: boolean;
  /** Tasks at work. */
  readonly tasks: Set<Spent>;
  readonly agent: Pick<Agent, 'name' | 'limits'>;
  /** The model that answered last, `provider/model`. */
  answeredBy?: string;
  /** The operation that this one is a task of. */
  readonly parent: Spent | undefined;
}

const nothing: Count = { usage: noUsage, modelCalls: 0 };

/** An empty count for an operation of an agent; with a parent it is part of what the parent uses. */
export function startSpending(agent: Spent['agent'], parent: Spent | undefined): Spent {
  const spent: Spent = {
    usage: noUsage,
    modelCalls: 0,
    running: nothing,
    isCalling: false,
    tasks: new Set(),
    agent,
    parent,
  };
  parent?.tasks.add(spent);
  return spent;
}

/** Counts what a task used, however it ended, among what is over in its parent. */
export function endSpending(spent: Spent): void {
  const { parent } = spent;
  if (parent?.tasks.delete(spent) !== true) return;
  const { usage, modelCalls } = totalOf(spent);
  parent.usage = addUsage(parent.usage, usage);
  parent.modelCalls += modelCalls;
}

/** Counts a model call that ended; the harness says more exactly what its run used when it asks for another, or is done. */
export function countCall(spent: Spent, usage: Usage): void {
  const { running } = spent;
  spent.isCalling = false;
  spent.running = { usage: addUsage(running.usage, usage), modelCalls: running.modelCalls + 1 };
}

/** Counts what was used besides: by a summary, or by what a tool called. */
export function countMore(spent: Spent, more: Count): void {
  const { usage, modelCalls } = addCounts(spent, more);
  spent.usage = usage;
  spent.modelCalls = modelCalls;
}

/** Both counts together. */
export function addCounts(before: Count | undefined, more: Count): Count {
  return {
    usage: addUsage(before?.usage ?? noUsage, more.usage),
    modelCalls: (before?.modelCalls ?? 0) + more.modelCalls,
  };
}

/** What may still be used of the limits of an agent, and of those it works for; time is no part of it. */
export function leftOf(spent: Spent): Limits {
  let left: Limits = {};
  for (let one: Spent | undefined = spent; one !== undefined; one = one.parent) {
    const { usage, modelCalls } = totalOf(one);
    const used = { modelCalls, tokens: usage.totalTokens, costUsd: usage.costUsd ?? 0 };
    for (const limit of ['modelCalls', 'tokens', 'costUsd'] as const) {
      const allowed = one.agent.limits[limit];
      if (allowed === undefined) continue;
      left = { ...left, [limit]: Math.min(left[limit] ?? Infinity, Math.max(0, allowed - used[limit])) };
    }
  }
  return left;
}

/** Takes what a run of the harness used as over. */
export function countRun(spent: Spent, { usage, modelCalls }: Count): void {
  spent.running = nothing;
  spent.isCalling = false;
  spent.usage = addUsage(spent.usage, usage);
  spent.modelCalls += modelCalls;
}

/** What an operation used until now, with its tasks. */
export function totalOf({ usage, modelCalls, running, isCalling, tasks }: Spent): Count {
  let total: Count = {
    usage: addUsage(usage, running.usage),
    modelCalls: modelCalls + running.modelCalls + (isCalling ? 1 : 0),
  };
  for (const task of tasks) {
    const inner = totalOf(task);
    total = {
      usage: addUsage(total.usage, inner.usage),
      modelCalls: total.modelCalls + inner.modelCalls,
    };
  }
  return total;
}

/**
 * Admits one more model call, which counts from now on. Throws Problem `limit_reached` when the limits of the agent, or of one that
 * works through it, are used up by all that works under it.
 * @param running what the run of the harness at work has used.
 */
export function admitCall(spent: Spent, running: Count): void {
  spent.running = running;
  spent.isCalling = false;
  for (let one: Spent | undefined = spent; one !== undefined; one = one.parent) checkLimits(one);
  spent.isCalling = true;
}

function checkLimits(spent: Spent): void {
  const { name, limits } = spent.agent;
  const { usage, modelCalls } = totalOf(spent);
  const used = { modelCalls, tokens: usage.totalTokens, costUsd: usage.costUsd ?? 0 };
  for (const limit of ['modelCalls', 'tokens', 'costUsd'] as const) {
    const allowed = limits[limit];
    if (allowed === undefined || used[limit] < allowed) continue;
    throw new Problem('limit_reached', `agent "${name}" reached its limit of ${allowed} ${limit}`, {
      details: { limit, used: used[limit], allowed, agent: name },
    });
  }
}
