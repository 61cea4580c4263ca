/** When a schedule fired, and the work that it admitted. */
export type ScheduleFired =
  | { readonly time: string; readonly runId: string }
  | { readonly time: string; readonly submissionId: string };

/** A schedule as the API shows it; times are ISO times. */
export interface ScheduleRecord {
  readonly name: string;
  readonly description?: string;
  readonly cron: string;
  readonly timezone: string;
  readonly missed: 'skip' | 'one' | 'all';
  readonly enabled: boolean;
  /** What it starts, or whom it calls. */
  readonly workflow?: string;
  readonly agent?: string;
  /** Absent when it is turned off. */
  readonly next?: string;
  /** Absent when it never fired. */
  readonly last?: ScheduleFired;
}
