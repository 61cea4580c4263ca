import { openPlayer, openRecorder, type OnTape } from '../adapters/model/cassette.ts';
import type { EngineOptions } from '../api.ts';
import { Problem } from '../core/problem.ts';
import type { Clock } from '../ports/clock.ts';

/** Puts models on the cassette of an engine; without one they stay as they are. */
export type Tape = OnTape;

/**
 * Opens the cassette that an engine records or replays. Throws Problem `invalid_request` when both are asked for, and when the file
 * cannot be read or written.
 */
export function openTape({ record, replay }: Pick<EngineOptions, 'record' | 'replay'>, clock: Clock): Tape {
  if (record !== undefined && replay !== undefined)
    throw new Problem('invalid_request', 'an engine records or replays, not both');
  if (replay !== undefined) return openPlayer(replay);
  return record === undefined ? (models) => models : openRecorder(record, clock.ulid());
}
