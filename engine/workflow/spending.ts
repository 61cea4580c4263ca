import { addUsage, noUsage, type Usage } from '../core/message.ts';
import { Problem } from '../core/problem.ts';
import type { Limits } from '../program/agent.ts';

/** Tokens, cost and model calls of a stretch of work; what is added to a part is added to the whole. */
export interface Spending {
  readonly usage: Usage;
  readonly modelCalls: number;
  add(usage: Usage, modelCalls: number): void;
}

/** A count that begins at nothing, as part of `whole` when given. */
export function spending(whole?: Pick<Spending, 'add'>): Spending {
  let usage = noUsage;
  let modelCalls = 0;
  return {
    get usage() {
      return usage;
    },
    get modelCalls() {
      return modelCalls;
    },
    add(moreUsage, moreCalls) {
      usage = addUsage(usage, moreUsage);
      modelCalls += moreCalls;
      whole?.add(moreUsage, moreCalls);
    },
  };
}

/** Problem `limit_reached` when more was spent than a limit allows, or when it cannot be told how much was. */
export function overspent(limits: Limits, spent: Spending): Problem | undefined {
  return firstLimit(limits, spent, (used, allowed) => used > allowed);
}

/** Problem `limit_reached` when nothing is left for another model call. Work that is known to be free never uses up a cost limit. */
export function usedUp(limits: Limits, spent: Spending): Problem | undefined {
  return firstLimit(
    limits,
    spent,
    (used, allowed, limit) => used >= allowed && (limit !== 'costUsd' || used > 0),
  );
}

/** What may still be used of the limits that there are; time is no part of it. */
export function leftOf({ modelCalls, tokens, costUsd }: Limits, spent: Spending): Limits {
  return {
    ...(modelCalls === undefined ? {} : { modelCalls: Math.max(0, modelCalls - spent.modelCalls) }),
    ...(tokens === undefined ? {} : { tokens: Math.max(0, tokens - spent.usage.totalTokens) }),
    ...(costUsd === undefined ? {} : { costUsd: Math.max(0, costUsd - (spent.usage.costUsd ?? 0)) }),
  };
}

/** Problem `limit_reached` in its one form: details are `{limit, used, allowed}`. */
export function limitProblem(limit: string, used: number, allowed: number, message: string): Problem {
  return new Problem('limit_reached', message, { details: { limit, used, allowed } });
}

type CountedLimit = 'modelCalls' | 'tokens' | 'costUsd';

function firstLimit(
  limits: Limits,
  spent: Spending,
  reached: (used: number, allowed: number, limit: CountedLimit) => boolean,
): Problem | undefined {
  const counts: readonly (readonly [CountedLimit, number, string])[] = [
    ['modelCalls', spent.modelCalls, 'model calls'],
    ['tokens', spent.usage.totalTokens, 'tokens'],
    ['costUsd', spent.usage.costUsd ?? 0, 'US dollars'],
  ];
  const { unpricedCalls } = spent.usage;
  if (limits.costUsd !== undefined && unpricedCalls !== undefined)
    return limitProblem(
      'costUsd',
      spent.usage.costUsd ?? 0,
      limits.costUsd,
      `the price of model calls of the run is not known (${unpricedCalls} so far), so its limit of ${limits.costUsd} US dollars cannot be kept`,
    );
  for (const [limit, used, unit] of counts) {
    const allowed = limits[limit];
    if (allowed === undefined || !reached(used, allowed, limit)) continue;
    return limitProblem(limit, used, allowed, `the run has used ${used} ${unit}; its limit is ${allowed}`);
  }
  return undefined;
}
