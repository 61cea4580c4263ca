import type { Engine, RunRecord } from '../api.ts';
import { hasLeft } from './has-left.ts';
import { checkedFirst } from './checked-first.ts';
import { workflowOfRun } from '../core/ids.ts';
import { noUsage } from '../core/message.ts';
import { fromData, Problem } from '../core/problem.ts';
import { refuseUnknown } from '../core/refuse-unknown.ts';
import { isTerminal } from '../core/status.ts';
import type { Execution } from '../ports/store.ts';
import type { RunAgain } from '../runs/run-again.ts';
import { receiptOf, recordOf } from '../runs/run-record.ts';
import type { Runs } from '../runs/runs.ts';
import { signalRun } from '../runs/signal-run.ts';
import type { createWhy } from '../runs/why.ts';
import type { SessionPorts } from '../session/index.ts';
import { keyOption } from './idempotency-key.ts';

/** The `workflows` and `runs` parts of an engine. */
export function createEngineRuns(
  ports: SessionPorts,
  {
    runs,
    again,
    why,
  }: { readonly runs: Runs; readonly again: RunAgain; readonly why: ReturnType<typeof createWhy> },
): Pick<Engine, 'workflows' | 'runs'> {
  const { store, durable, journal } = ports;
  const getRun = async (runId: string): Promise<Execution> => {
    const execution = workflowOfRun(runId) === undefined ? undefined : await store.executions.get(runId);
    if (execution === undefined) throw new Problem('run_not_found', `no run "${runId}"`);
    return execution;
  };
  const wait = async (
    runId: string,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<RunRecord> => {
    const execution = await getRun(runId);
    if (isTerminal(execution.state)) return recordOf(execution);
    try {
      await durable.result(runId, signal);
    } catch (thrown) {
      if (signal?.aborted !== true) throw thrown;
      throw new Problem('aborted', 'waiting for the run was given up', { cause: signal.reason });
    }
    return recordOf(await getRun(runId));
  };

  return {
    workflows: {
      start: async (workflow, input = {}, { idempotencyKey, by, owner } = {}) =>
        receiptOf(
          await runs.start(workflow, input, {
            ...keyOption(idempotencyKey),
            ...(by === undefined ? {} : { by }),
            ...(owner === undefined ? {} : { owner }),
          }),
        ),
      async run(workflow, input = {}, { signal, idempotencyKey } = {}) {
        const { id: runId } = await runs.start(workflow, input, keyOption(idempotencyKey));
        const cancel = (): void => void durable.cancel(runId, cancelled()).catch(() => undefined);
        signal?.addEventListener('abort', cancel, { once: true });
        if (signal?.aborted === true) cancel();
        try {
          const {
            output = null,
            error,
            usage = noUsage,
          } = (await durable.result(runId)) ?? (await getRun(runId));
          if (error !== undefined) throw fromData(error);
          return { runId, output, usage };
        } finally {
          signal?.removeEventListener('abort', cancel);
        }
      },
    },
    runs: {
      get: async (runId) => recordOf(await getRun(runId)),
      async list({ workflow, ...filter } = {}) {
        if (filter.before !== undefined) await getRun(filter.before);
        const found = await store.executions.list({
          kind: 'run',
          ...filter,
          ...(workflow === undefined ? {} : { name: workflow }),
        });
        if (workflow !== undefined && found.length === 0)
          await refuseUnknown(
            'workflow',
            workflow,
            Object.keys(ports.program.workflows),
            hasLeft(store, 'run', workflow, filter.owner),
          );
        return found.map(recordOf);
      },
      async events(runId, { after = 0, limit = 1000 } = {}) {
        await getRun(runId);
        return store.events.read(runId, { after, limit });
      },
      subscribe: (runId, from = {}) => checkedFirst(() => getRun(runId), journal.subscribe(runId, from)),
      wait,
      async cancel(runId) {
        await getRun(runId);
        return durable.cancel(runId, cancelled());
      },
      signal: async (runId, topic, payload = null, { idempotencyKey } = {}) =>
        signalRun(ports, await getRun(runId), topic, payload, idempotencyKey),
      redrive: async (runId) => receiptOf(await again.redrive(await getRun(runId))),
      resume: async (runId) => receiptOf(await again.resume(await getRun(runId))),
      fork: async (runId, from) => receiptOf(await again.fork(await getRun(runId), from)),
      why: async (runId, step) => why(await getRun(runId), step),
    },
  };
}

function cancelled(): Problem {
  return new Problem('cancelled', 'the run was cancelled');
}
