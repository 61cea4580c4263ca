import { failpoint } from '../../core/failpoint.ts';
import { toJson, type Json } from '../../core/json.ts';
import type { Usage } from '../../core/message.ts';
import { asProblem, Problem, readProblemData } from '../../core/problem.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Execution, Outcome, Store } from '../../ports/store.ts';
import type { Tracing } from '../../ports/telemetry.ts';
import { beginTrace } from './kept-trace.ts';
import { createContext } from './context.ts';
import type { Entry } from './entry.ts';
import { mayPass } from './until-stored.ts';

/** What carrying work to its outcome needs. */
export interface Surroundings {
  readonly store: Store;
  readonly clock: Clock;
  readonly redact: (value: Json) => Json;
  readonly report: (problem: Problem) => void;
  /** Told of work, where traces are made. */
  readonly tracing?: Pick<Tracing, 'asked' | 'begins'> | undefined;
}

/** How work ended; undefined when it stopped with the engine and goes on another time, `stalled` when the store failed under it. */
export type Ending = Omit<Outcome, 'endedAt'> | 'stalled' | undefined;

/** Does the work of an entry whose turn has come. Never throws. */
export async function work(entry: Entry, around: Surroundings): Promise<Ending> {
  const { execution, worker, before, log } = entry;
  const { store, clock } = around;
  const attempts = attemptsOf(entry);
  entry.attempts = attempts;
  const retakes = worker.retakes ?? 3;
  if (!entry.isAgain && attempts > retakes + 1) return failed(stuck(execution), around);
  const isCarriedOn = entry.isAgain || (before.last > 0 && execution.startedAt !== undefined);
  if (around.tracing !== undefined) beginTrace(around.tracing, entry);
  entry.note(worker.started?.(execution, isCarriedOn ? before.records.size : undefined));
  if (entry.mustMark) {
    const marked = store.executions.start(execution.id, clock.now(), attempts);
    tell(marked);
    // What takes the process down with it must be counted before it can, and what was before it must not count again.
    if (execution.startedAt !== undefined) await Promise.allSettled([marked, log.flush()]);
  }
  let usage: Usage | undefined;
  entry.writes = [];
  const attempt = entry.attempt();
  const { signal } = attempt;
  const isStalled = (problem: Problem): boolean => worker.outlastsStore === true && mayPass(problem);
  const context = createContext({
    execution,
    before,
    log,
    inbox: entry.inbox,
    clock,
    signal,
    admitted: entry.admitted,
    onSpent: (spent) => (usage = spent),
    onStoreFailure: (thrown) => {
      if (isStalled(asProblem(thrown))) attempt.abort(storeFails());
    },
    onOutcomeWrite: (write) => void entry.writes.push(write),
    onWaiting(isWaiting) {
      entry.isWaiting = isWaiting;
      tell(store.executions.mark(execution.id, isWaiting ? 'waiting' : 'running'));
      if (isWaiting) entry.rested();
    },
    onCall(call) {
      const remove = entry.calling(call);
      const over = (): void => (remove(), entry.rested());
      return { learnt: entry.rested, over };
    },
  });
  try {
    const output = await worker.work(context, execution);
    return { state: 'succeeded', output, ...(usage === undefined ? {} : { usage }) };
  } catch (thrown) {
    // Work that was cancelled before the engine stopped has its outcome.
    if (entry.stopped?.code === 'shutting_down') return undefined;
    if (entry.stopped === undefined && (signal.aborted || isStalled(asProblem(thrown)))) return 'stalled';
    // Who stops work that has just stopped for the store means the work, whatever its steps heard first.
    const why = signal.reason === entry.stopped ? thrown : (entry.stopped ?? thrown);
    return { ...failed(asProblem(why), around), ...(usage === undefined ? {} : { usage }) };
  }
}

/** How often work was taken up without having got any further. What only stood still in this process is not taken up anew. */
function attemptsOf({ execution, before, isAgain, attempts }: Entry): number {
  if (before.hasProgress) return 1;
  if (isAgain) return attempts;
  return execution.state === 'running' ? execution.attempts + 1 : 1;
}

/** The outcome that a problem makes. */
export function failed(
  problem: Problem,
  { redact, report }: Pick<Surroundings, 'redact' | 'report'>,
): Omit<Outcome, 'endedAt'> {
  if (problem.code === 'internal_error') report(problem);
  const error = readProblemData(redact(toJson(problem.toData()))) ?? problem.toData();
  const wasStopped = problem.code === 'cancelled' || problem.code === 'aborted';
  return { state: wasStopped ? 'cancelled' : 'failed', error };
}

/** Writes the outcome and the terminal event. Rejects with the store's Problem; then the execution has no outcome yet, and it may be asked again. */
export async function settle(entry: Entry, outcome: Outcome): Promise<void> {
  await failpoint('settle.before');
  await entry.log.end(entry.worker.ended(entry.execution, outcome), outcome, entry.writes);
  entry.outcome = outcome;
  await failpoint('settle.after');
}

/** Why work stops that is to go on in this process. */
function storeFails(): Problem {
  return new Problem('shutting_down', 'the store does not take what is recorded');
}

function stuck({ attempts }: Execution): Problem {
  return new Problem(
    'interrupted',
    `the engine stopped ${attempts} times while this was at work, and it did not get any further; it is not taken up again`,
  );
}

/** A mark is for those who look on; when it cannot be written, the next write says so. */
function tell(write: Promise<void>): void {
  write.catch(() => undefined);
}
