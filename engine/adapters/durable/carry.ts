import { failpoint } from '../../core/failpoint.ts';
import { toJson, type Json } from '../../core/json.ts';
import type { Usage } from '../../core/message.ts';
import { asProblem, Problem, readProblemData } from '../../core/problem.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Execution, Outcome, Store } from '../../ports/store.ts';
import { createContext } from './context.ts';
import { note, type Entry } from './entry.ts';

/** What carrying work to its outcome needs. */
export interface Surroundings {
  readonly store: Store;
  readonly clock: Clock;
  readonly redact: (value: Json) => Json;
  readonly report: (problem: Problem) => void;
}

/** How work ended; undefined when it stopped with the engine and goes on another time. */
export type Ending = Omit<Outcome, 'endedAt'> | undefined;

/** Does the work of an entry whose turn has come. Never throws. */
export async function work(entry: Entry, around: Surroundings): Promise<Ending> {
  const { execution, worker, before, log, controller } = entry;
  const { store, clock } = around;
  const attempts = execution.state === 'running' && !before.hasProgress ? execution.attempts + 1 : 1;
  const retakes = worker.retakes ?? 3;
  if (attempts > retakes + 1) return failed(stuck(execution), around);
  if (entry.mustMark) tell(store.executions.start(execution.id, clock.now(), attempts));
  const isCarriedOn = before.last > 0 && execution.startedAt !== undefined;
  note(entry, worker.started?.(execution, isCarriedOn ? before.records.size : undefined));
  let usage: Usage | undefined;
  const context = createContext({
    execution,
    before,
    log,
    inbox: entry.inbox,
    clock,
    signal: controller.signal,
    onSpent: (spent) => (usage = spent),
    onOutcomeWrite: (write) => void entry.writes.push(write),
    onWaiting: (isWaiting) => tell(store.executions.mark(execution.id, isWaiting ? 'waiting' : 'running')),
  });
  try {
    const output = await worker.work(context, execution);
    return { state: 'succeeded', output, ...(usage === undefined ? {} : { usage }) };
  } catch (thrown) {
    if (isShutdown(controller.signal)) return undefined;
    return { ...failed(asProblem(thrown), around), ...(usage === undefined ? {} : { usage }) };
  }
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

/** Writes the outcome and the terminal event. Rejects with the store's Problem; then the execution has no outcome yet. */
export async function settle(entry: Entry, ending: Omit<Outcome, 'endedAt'>, clock: Clock): Promise<void> {
  const outcome: Outcome = { ...ending, endedAt: clock.now() };
  await entry.admitted;
  await failpoint('settle.before');
  await entry.log.end(entry.worker.ended(entry.execution, outcome), outcome, entry.writes);
  entry.outcome = outcome;
  await failpoint('settle.after');
}

/** Work that stopped because the engine did; one that was cancelled before that has its outcome. */
function isShutdown({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof Problem && reason.code === 'shutting_down';
}

function stuck({ attempts }: Execution): Problem {
  return new Problem(
    'interrupted',
    `the engine stopped ${attempts} times while this was at work, without anything new being recorded; it is not taken up again`,
  );
}

/** A mark is for those who look on; when it cannot be written, the next write says so. */
function tell(write: Promise<void>): void {
  write.catch(() => undefined);
}
