import type { Engine, UsageLine, UsageReport } from '../api.ts';
import { addUsage, noUsage } from '../core/message.ts';
import type { Execution } from '../ports/store.ts';

/**
 * What the work used that an engine's store still holds, by agent and workflow. What tasks and child runs used counts for who started
 * them; what an agent used as a step counts for the workflow.
 * @param options.since milliseconds since 1970: only work admitted then or later.
 */
export async function usageReport(
  engine: Pick<Engine, 'executions'>,
  { since = 0 }: { readonly since?: number } = {},
): Promise<UsageReport> {
  const lines = new Map<string, UsageLine>();
  let total = noUsage;
  for await (const { kind, name, usage = noUsage, parent } of executionsSince(engine, since)) {
    if (parent !== undefined) continue;
    const line = lines.get(`${kind} ${name}`) ?? {
      kind: kind === 'run' ? 'workflow' : 'agent',
      name,
      count: 0,
      usage: noUsage,
    };
    lines.set(`${kind} ${name}`, { ...line, count: line.count + 1, usage: addUsage(line.usage, usage) });
    total = addUsage(total, usage);
  }
  return { total, lines: [...lines.values()].sort(byCost) };
}

const page = 1000;

async function* executionsSince(
  engine: Pick<Engine, 'executions'>,
  since: number,
): AsyncGenerator<Execution, void, undefined> {
  let before: string | undefined;
  for (;;) {
    const found = await engine.executions({
      ...{ brief: true, limit: page },
      ...(before === undefined ? {} : { before }),
    });
    for (const execution of found) {
      // The last admitted come first.
      if (execution.createdAt < since) return;
      yield execution;
    }
    before = found.at(-1)?.id;
    if (found.length < page) return;
  }
}

function byCost(a: UsageLine, b: UsageLine): number {
  return (b.usage.costUsd ?? 0) - (a.usage.costUsd ?? 0) || b.usage.totalTokens - a.usage.totalTokens;
}
