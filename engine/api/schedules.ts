import type { ScheduleFired, ScheduleRecord } from '../core/records/schedule.ts';

export type { ScheduleFired, ScheduleRecord } from '../core/records/schedule.ts';

/** The schedules of an engine. */
export interface EngineSchedules {
  list(): Promise<readonly ScheduleRecord[]>;
  /** Fires now, whatever its times are, also when it is turned off. Throws Problem `not_found`, and what admission throws. */
  trigger(name: string): Promise<ScheduleFired>;
}
