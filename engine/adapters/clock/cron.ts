import { Cron } from 'croner';

/** The times of a schedule, in milliseconds since 1970. */
export interface CronTimes {
  /** The first time after a moment; undefined when there is none any more. */
  next(after: number): number | undefined;
  /** The last time before a moment; undefined when there was none. */
  last(before: number): number | undefined;
}

/**
 * The times of a cron expression in a time zone. Where clocks are put forward, a time that does not exist is the first moment after
 * the gap; where they are put back, a time that comes twice is meant once, the first time, but repetitions (`*` and steps) go on in both
 * hours. Throws for an expression that the linker would have refused.
 */
export function cronTimes(cron: string, timezone: string): CronTimes {
  const job = new Cron(cron, { timezone, paused: true, mode: '5-or-6-parts' });
  return {
    next: (after) => job.nextRun(new Date(after))?.getTime(),
    last(before) {
      // Croner looks back from whole seconds.
      const [last] = job.previousRuns(1, new Date(Math.ceil(before / 1000) * 1000));
      return last?.getTime();
    },
  };
}
