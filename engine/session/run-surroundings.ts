import type { NewEvent } from '../core/event.ts';
import type { Activities } from '../ports/activities.ts';
import type { ExecutionPart } from './execution-part.ts';
import type { OpenPeople } from './tool-calls/people.ts';

/** The run that steps are part of. */
export interface RunSurroundings {
  readonly id: string;
  readonly part: ExecutionPart;
  /** Receives every event of what the steps do, for the run's stream. */
  emit(event: NewEvent): void;
  /** Resolves when the run is on disk so far. */
  committed(): Promise<void>;
  /** How what a step does asks people. */
  people(stepPath: string): OpenPeople;
  /** Runs another workflow. */
  readonly child: Activities['workflow'];
}
