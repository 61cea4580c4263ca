import { runId as makeRunId } from '../core/ids.ts';
import { Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import { keptBefore } from './kept-before.ts';
import type { Durable, Receipt } from '../ports/durable.ts';
import type { Execution } from '../ports/store.ts';
import { callersKey, leftKey, modelCallsKey } from './run-limits.ts';
import { starterKey } from './runs.ts';
import { versionOf, type SessionPorts } from '../session/index.ts';
import { isWaitKey } from '../workflow/index.ts';

/** Runs that have ended, done once more under a new id; such a run itself stays as it is. */
export interface RunAgain {
  /** From the beginning, on the workflow as it is now. Throws Problem `conflict` unless the run failed or was cancelled. */
  redrive(run: Execution): Promise<Receipt>;
  /**
   * Keeps what was recorded, but for waits under way, on the workflow as it was. A run that has not ended is no other run: it is
   * taken up where it was left. Throws Problem `conflict` when the run succeeded, `spec_changed` when its version is gone.
   */
  resume(run: Execution): Promise<Receipt>;
  /**
   * Keeps what was recorded before a step began, on the workflow as it was. Throws Problem `conflict` while the run has not ended,
   * `invalid_request` when the run did not come to that step, `spec_changed` when its version is gone.
   */
  fork(run: Execution, from: string): Promise<Receipt>;
}

/**
 * Doing runs again, by a durable engine.
 * @param hold keeps a version of the specs until its result is called.
 */
export function createRunAgain(
  ports: Pick<SessionPorts, 'program' | 'specs' | 'store' | 'clock' | 'now'>,
  durable: Durable,
  hold: (specs: string) => () => void,
): RunAgain {
  const { store, clock } = ports;
  const newId = ({ name }: Execution): string => makeRunId(name, clock.ulid());
  /** Retention takes no version that a run is about to be admitted on. */
  const holding = async <T>(specs: string | undefined, work: () => Promise<T>): Promise<T> => {
    const letGo = specs === undefined ? undefined : hold(specs);
    try {
      return await work();
    } finally {
      letGo?.();
    }
  };
  /** On the workflow as it was, which must be there. */
  const onItsOwn = (run: Execution, work: () => Promise<Receipt>): Promise<Receipt> =>
    holding(run.specs, async () => {
      await versionOf(ports, run);
      return work();
    });
  return {
    async redrive(run) {
      const { program, specs } = ports;
      const workflow = Object.hasOwn(program.workflows, run.name) ? program.workflows[run.name] : undefined;
      if (workflow === undefined)
        throw new Problem(
          'workflow_not_found',
          `workflow "${run.name}" is gone since the run${choices(run.name, Object.keys(program.workflows))}`,
        );
      const redriven = { hash: workflow.hash, specs };
      return holding(specs, () => durable.redrive(run.id, newId(run), isOfStarter, redriven));
    },
    async resume(run) {
      if (await durable.takeUp(run.id)) return { id: run.id, acceptedAt: run.createdAt, created: false };
      // Who let a question expire is asked again.
      const kept = (key: string): boolean => !isWaitKey(key) && !isOfCall(key);
      return onItsOwn(run, () => durable.redrive(run.id, newId(run), kept));
    },
    async fork(run, from) {
      const keeps = await keptBefore(store, run, from);
      const kept = (key: string): boolean => !isOfCall(key) && keeps(key);
      return onItsOwn(run, () => durable.redrive(run.id, newId(run), kept, { evenSucceeded: true }));
    },
  };
}

/** Whether a record says who started the run, who may not decide in it what another one must. */
function isOfStarter(key: string): boolean {
  return key === starterKey;
}

/** Whether a record is about the run that called this one. */
function isOfCall(key: string): boolean {
  return key === leftKey || key === modelCallsKey || key === callersKey;
}
