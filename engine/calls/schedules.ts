import { cronTimes, type CronTimes } from '../adapters/clock/cron.ts';
import type { Engine, ScheduleFired, ScheduleRecord } from '../api.ts';
import { defaultSession } from '../core/ids.ts';
import { isObject, type Json } from '../core/json.ts';
import { asProblem, Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import type { Schedule } from '../program/schedule.ts';
import type { Runs } from '../runs/runs.ts';
import type { SessionPorts } from '../session/index.ts';

/** The schedules of a Program: what they are, and when they fire. */
export interface Schedules {
  /** Begins to watch the clock; times that passed meanwhile are made up for as each schedule says. */
  start(): Promise<void>;
  /** Goes on with the schedules of the Program as it is now; no time is lost or dealt with twice. */
  restart(): Promise<void>;
  readonly list: Engine['schedules']['list'];
  readonly trigger: Engine['schedules']['trigger'];
  /** Stops; a firing that is under way is waited for. */
  close(): Promise<void>;
}

/** What is stored of a schedule. A changed time is a new beginning: what was before it is not missed. */
interface Memory {
  readonly cron: string;
  readonly timezone: string;
  /** The last time that was dealt with, or the moment since when it is watched. */
  readonly at: number;
  readonly last?: ScheduleFired;
}

const namespace = 'schedules';

/** How late a time may be seen, in milliseconds, before it counts as missed; also how long the clock is trusted. */
const patienceMs = 60_000;

/** How long to wait for a store that fails, in milliseconds. */
const retryMs = 5_000;

/** The schedules of an engine. Each time admits work under the key `<schedule>@<time>`, so that it is there once. */
export function createSchedules(
  ports: SessionPorts,
  { runs, dispatch }: { readonly runs: Runs; readonly dispatch: Engine['dispatch'] },
): Schedules {
  const { clock, journal } = ports;
  const { documents } = ports.store;
  let stopped = new AbortController();
  let begun: number | undefined;
  let closed = false;
  let following: readonly Promise<void>[] = [];

  const timesOf = ({ cron, timezone }: Schedule): CronTimes => cronTimes(cron, timezone);
  const memoryOf = async ({ name, cron, timezone }: Schedule): Promise<Memory | undefined> => {
    const stored = await documents.get(namespace, name);
    if (!isObject(stored) || stored['cron'] !== cron || stored['timezone'] !== timezone) return undefined;
    return typeof stored['at'] === 'number' ? (stored as unknown as Memory) : undefined;
  };
  const remember = async (schedule: Schedule, at: number, last?: ScheduleFired): Promise<Memory> => {
    const { name, cron, timezone } = schedule;
    const memory: Memory = { cron, timezone, at, ...(last === undefined ? {} : { last }) };
    await documents.set(namespace, name, memory as unknown as Json);
    return memory;
  };

  /** Admits the work of one time. */
  async function fire({ name, target, input }: Schedule, at: number): Promise<ScheduleFired> {
    const time = new Date(at).toISOString();
    const scope = { schedule: { name, time }, env: ports.env };
    const idempotencyKey = `${name}@${time}`;
    const given = input?.evaluate(scope);
    if (target.kind === 'workflow') {
      const by = `schedule:${name}`;
      const { id: runId } = await runs.start(target.workflow, given ?? {}, { idempotencyKey, by });
      return { time, runId };
    }
    const message = target.message?.render(scope);
    const { submissionId } = await dispatch(target.agent, {
      instance: target.instance?.render(scope) ?? name,
      session: target.session?.render(scope) ?? defaultSession,
      ...(message === undefined ? {} : { message }),
      ...(given === undefined ? {} : { input: given }),
      idempotencyKey,
    });
    return { time, submissionId };
  }

  /** Fires, and remembers it. What cannot be admitted is told to the operator and does not hold up the times after it. */
  async function fireAndRemember(schedule: Schedule, at: number, memory: Memory): Promise<Memory> {
    for (;;) {
      try {
        let fired = memory.last;
        try {
          fired = await fire(schedule, at);
        } catch (thrown) {
          const problem = asProblem(thrown);
          if (problem.code === 'shutting_down' || problem.code === 'store_unavailable') throw problem;
          const what = `schedule "${schedule.name}" did not fire at ${new Date(at).toISOString()}`;
          journal.report(new Problem(problem.code, `${what}: ${problem.message}`, { cause: problem }));
        }
        return await remember(schedule, at, fired);
      } catch (thrown) {
        const problem = asProblem(thrown);
        if (problem.code !== 'store_unavailable') throw problem;
        journal.report(problem);
        await clock.sleep(retryMs, stopped.signal);
      }
    }
  }

  /** Makes up for what was missed before a moment, as the schedule says. */
  async function makeUp(
    schedule: Schedule,
    times: CronTimes,
    memory: Memory,
    before: number,
  ): Promise<Memory> {
    if (schedule.missed === 'all') {
      let made = memory;
      for (let at = times.next(made.at); at !== undefined && at < before; at = times.next(made.at)) {
        stopped.signal.throwIfAborted();
        made = await fireAndRemember(schedule, at, made);
      }
      return made;
    }
    const last = times.last(before);
    if (last === undefined || last <= memory.at) return memory;
    if (schedule.missed === 'one') return fireAndRemember(schedule, last, memory);
    return remember(schedule, last, memory.last);
  }

  /** Watches the clock for one schedule until the engine closes. */
  async function follow(schedule: Schedule, since: number): Promise<void> {
    const times = timesOf(schedule);
    let memory = (await memoryOf(schedule)) ?? (await remember(schedule, since));
    for (;;) {
      const now = clock.now();
      memory = await makeUp(schedule, times, memory, Math.max(begun ?? since, now - patienceMs));
      const next = times.next(memory.at);
      if (next === undefined) return;
      const left = next - now;
      if (left <= 0) memory = await fireAndRemember(schedule, next, memory);
      // Not longer, because the clock of the machine may be set.
      else await clock.sleep(Math.min(left, patienceMs), stopped.signal);
    }
  }

  async function stop(): Promise<void> {
    stopped.abort(new Problem('shutting_down', 'the engine is shutting down'));
    await Promise.all(following);
  }

  /** Follows a schedule, through times without a store, until the engine closes. */
  async function keepFollowing(schedule: Schedule, since: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        return await follow(schedule, since);
      } catch (thrown) {
        if (signal.aborted) return;
        const problem = asProblem(thrown);
        journal.report(problem);
        if (problem.code !== 'store_unavailable') return;
        await clock.sleep(retryMs, signal).catch(() => undefined);
      }
    }
  }

  async function watch(): Promise<void> {
    const since = clock.now();
    const { signal } = stopped;
    const active = Object.values(ports.program.schedules).filter(({ enabled }) => enabled);
    try {
      // One that comes back, or is turned on again, has missed nothing.
      for (const { key } of await documents.keys(namespace, { limit: 10_000 }))
        if (!active.some(({ name }) => name === key)) await documents.delete(namespace, key);
    } finally {
      // It may have been closed meanwhile.
      if (!signal.aborted) following = active.map((schedule) => keepFollowing(schedule, since, signal));
    }
  }

  return {
    async start() {
      begun = clock.now();
      await watch();
    },

    async restart() {
      if (begun === undefined) return;
      await stop();
      if (closed) return;
      stopped = new AbortController();
      // What cannot be forgotten now is at the next start.
      await watch().catch((thrown: unknown) => journal.report(asProblem(thrown)));
    },

    list: () =>
      Promise.all(
        Object.values(ports.program.schedules).map(async (schedule): Promise<ScheduleRecord> => {
          const { name, description, cron, timezone, missed, enabled, target } = schedule;
          const memory = await memoryOf(schedule);
          const next = enabled ? timesOf(schedule).next(clock.now()) : undefined;
          return {
            name,
            ...(description === '' ? {} : { description }),
            cron,
            timezone,
            missed,
            enabled,
            ...(target.kind === 'workflow' ? { workflow: target.workflow } : { agent: target.agent }),
            ...(next === undefined ? {} : { next: new Date(next).toISOString() }),
            ...(memory?.last === undefined ? {} : { last: memory.last }),
          };
        }),
      ),

    async trigger(name) {
      const all = ports.program.schedules;
      const schedule = Object.hasOwn(all, name) ? all[name] : undefined;
      if (schedule === undefined)
        throw new Problem('not_found', `no schedule "${name}"${choices(name, Object.keys(all))}`);
      return fire(schedule, clock.now());
    },

    async close() {
      closed = true;
      await stop();
    },
  };
}
