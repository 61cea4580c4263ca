import type { Origin } from '../core/range.ts';
import type { Template, Value } from '../expr/index.ts';

/** Calls an agent or starts a workflow at given times. Texts and values see `{schedule: {name, time}, env}`. */
export interface Schedule {
  readonly name: string;
  readonly hash: string;
  readonly origin: Origin;
  readonly description: string;
  /** Minute, hour, day of the month, month, day of the week, with seconds in front where there are six; or `@daily` and the like. */
  readonly cron: string;
  /** IANA name. */
  readonly timezone: string;
  /** What happens to times that passed while the engine was down. */
  readonly missed: 'skip' | 'one' | 'all';
  readonly enabled: boolean;
  readonly target: ScheduleTarget;
  readonly input: Value | undefined;
}

/** Whom a schedule calls. */
export type ScheduleTarget =
  | {
      readonly kind: 'agent';
      readonly agent: string;
      /** Undefined: the name of the schedule. */
      readonly instance: Template | undefined;
      /** Undefined: `default`. */
      readonly session: Template | undefined;
      readonly message: Template | undefined;
    }
  | { readonly kind: 'workflow'; readonly workflow: string };
