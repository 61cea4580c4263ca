import type { RunReceipt, RunRecord } from '../api.ts';
import type { Receipt } from '../ports/durable.ts';
import type { Execution } from '../ports/store.ts';

/** An admission as the API shows it. */
export function receiptOf({ id, acceptedAt }: Receipt): RunReceipt {
  return { runId: id, acceptedAt: new Date(acceptedAt).toISOString() };
}

/** A run as the API shows it. */
export function recordOf(execution: Execution): RunRecord {
  const { startedAt, endedAt } = execution;
  return {
    runId: execution.id,
    workflow: execution.name,
    ...(execution.parent === undefined ? {} : { parent: execution.parent }),
    state: execution.state,
    input: execution.input,
    ...(execution.output === undefined ? {} : { output: execution.output }),
    ...(execution.error === undefined ? {} : { error: execution.error }),
    ...(execution.usage === undefined ? {} : { usage: execution.usage }),
    hash: execution.hash,
    createdAt: new Date(execution.createdAt).toISOString(),
    ...(startedAt === undefined ? {} : { startedAt: new Date(startedAt).toISOString() }),
    ...(endedAt === undefined
      ? {}
      : { endedAt: new Date(endedAt).toISOString(), durationMs: endedAt - execution.createdAt }),
  };
}
