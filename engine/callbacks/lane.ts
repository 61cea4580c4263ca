import type { Clock } from '../ports/clock.ts';
import type { ProblemData } from '../core/problem.ts';
import { createPace, type Pace } from './pace.ts';

/** A delivery that is being sent. */
export interface Sending {
  /** Ends the attempt, of which nothing is recorded then. */
  readonly stop: AbortController;
  /** Resolves when the attempt has come to its end; never rejects. */
  readonly done: Promise<void>;
}

/** What is going on for one callback. */
export interface Lane {
  readonly name: string;
  readonly pace: Pace;
  /** By the ids of deliveries. */
  readonly sending: Map<string, Sending>;
  looking: Promise<void> | undefined;
  mustLook: boolean;
  /** Why nothing can be sent at all. */
  hindrance: ProblemData | undefined;
  /** Ends the wait for the next look. */
  timer: AbortController;
}

/** A callback of which nothing is known yet. */
export function createLane(name: string, clock: Clock): Lane {
  return {
    ...{ name, pace: createPace(clock), sending: new Map<string, Sending>() },
    ...{ looking: undefined, mustLook: false, hindrance: undefined, timer: new AbortController() },
  };
}
