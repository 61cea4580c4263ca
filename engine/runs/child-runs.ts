import type { Json } from '../core/json.ts';
import { noUsage } from '../core/message.ts';
import { fromData, Problem } from '../core/problem.ts';
import { isTerminal, openStates } from '../core/status.ts';
import type { Activities, ActivityCall } from '../ports/activities.ts';
import type { Durable, Receipt } from '../ports/durable.ts';
import type { Execution, Store } from '../ports/store.ts';
import type { Limits } from '../program/agent.ts';
import { modelCallsKey } from './run-limits.ts';

/** How a run that is a step of another one is admitted. */
export interface ChildStart {
  readonly idempotencyKey: string;
  /** The run whose step it is. */
  readonly parent: string;
  /** What that has left for it. */
  readonly left: Limits;
}

/** What a run gave that was called. */
export type ChildOutcome = Awaited<ReturnType<Activities['workflow']>> & { readonly id: string };

/** Runs that are steps of runs. */
export interface ChildRuns {
  /** How the steps of a run, or the tools of a prompt, call runs; `start` admits them. */
  callOf(
    parent: string,
    start: (workflow: string, input: Json, options: ChildStart) => Promise<Receipt>,
  ): (
    call: Pick<ActivityCall, 'idempotencyKey' | 'signal' | 'called' | 'lost'>,
    request: Parameters<Activities['workflow']>[1],
  ) => Promise<ChildOutcome>;
  /** Whether the run that called this one ended, or was to end, before it could stop this one. */
  isOrphan(run: Execution): Promise<boolean>;
  /** Stops what a run called that has not ended. */
  stop(run: Execution): Promise<void>;
}

/** The child runs of a store. */
export function createChildRuns(store: Store, durable: Durable): ChildRuns {
  return {
    callOf:
      (parent, start) =>
      async ({ idempotencyKey, signal, called, lost }, { workflow, input, left }) => {
        const { id } = await start(workflow, input, { idempotencyKey, parent, left });
        called?.(id);
        const ended = await outcomeOf({ store, durable }, id, parent, signal);
        const { state, output = null, error, usage = noUsage } = ended;
        const modelCalls = Number((await store.checkpoints.all(id)).get(modelCallsKey) ?? 0);
        if (state === 'succeeded') return { id, output, usage, modelCalls };
        lost?.(usage, modelCalls);
        throw fromData(error ?? { type: 'cancelled', message: 'the run was cancelled' });
      },
    async isOrphan({ parent, idempotencyKey }) {
      if (parent === undefined || idempotencyKey?.startsWith(`${parent}/`) !== true) return false;
      const caller = await store.executions.get(parent);
      return caller === undefined || isTerminal(caller.state);
    },
    async stop({ id }) {
      for (let before: string | undefined; ;) {
        const filter = {
          kind: 'run',
          states: openStates,
          limit: 1000,
          ...(before === undefined ? {} : { before }),
        } as const;
        const page = await store.executions.list(filter);
        const children = page.filter(({ parent }) => parent === id);
        await Promise.all(children.map((child) => durable.cancel(child.id, callerEnded())));
        before = page.at(-1)?.id;
        if (page.length < 1000) return;
      }
    },
  };
}

/** The outcome of what was called; when its caller stops, that of work that was stopped too. */
export async function outcomeOf(
  { store, durable }: { readonly store: Store; readonly durable: Durable },
  id: string,
  parent: string,
  signal: AbortSignal,
): Promise<Execution> {
  try {
    const execution = await durable.result(id, signal);
    if (execution !== undefined) return execution;
  } catch (thrown) {
    const reason = signal.aborted ? stopReason(signal) : undefined;
    const child = await store.executions.get(id);
    if (reason === undefined || child?.parent !== parent) throw thrown;
    await durable.cancel(id, reason);
    const execution = await durable.result(id);
    if (execution !== undefined) return execution;
  }
  throw new Problem('run_not_found', `"${id}" is gone`);
}

/** Why a run stops that was called. */
export function callerEnded(): Problem {
  return new Problem('cancelled', 'the run that called this one has ended');
}

/** Why a child is stopped: because of its own time, or because its caller does not go on; undefined when the engine stops. */
function stopReason({ reason }: AbortSignal): Problem | undefined {
  const code = reason instanceof Problem ? reason.code : '';
  if (code === 'shutting_down') return undefined;
  if (reason instanceof Problem && (code === 'timeout' || code === 'cancelled')) return reason;
  return new Problem('cancelled', 'the run that called this one went on without it', { cause: reason });
}
