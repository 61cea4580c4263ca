import type { Engine } from './engine.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Store } from '../ports/store.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { Problem } from '../core/problem.ts';

/** What a server needs of its engine, and who only calls the engine must not see. */
export interface Inside {
  readonly secrets: Secrets;
  readonly store: Store;
  /** Resolves when the store takes writes, as far as the last one tells; rejects with why not. */
  takesWrites(): Promise<void>;
  readonly telemetry: Telemetry;
  /** Whether it was closed: nothing can be asked of it any more. */
  readonly isClosed: boolean;
  /**
   * Takes up what was left, in an engine of `recover: false`, once and before anything else is asked of it. Throws what `createEngine` throws
   * then; the engine is closed.
   */
  takeUp(): Promise<void>;
  /**
   * Resolves when callbacks were told what is due, or after so many milliseconds, with how many deliveries wait for those that there was
   * something to tell; they are told after the next start.
   */
  told(graceMs: number): Promise<number>;
}

const insides = new WeakMap<Engine, Inside>();

/** Keeps the inside of an engine as long as the engine. */
export function keepInside(engine: Engine, inside: Inside): void {
  insides.set(engine, inside);
}

/** The inside of an engine of `createEngine`. Throws Problem `invalid_request` for anything else. */
export function insideOf(engine: Engine): Inside {
  const inside = insides.get(engine);
  if (inside === undefined)
    throw new Problem(
      'invalid_request',
      'this is no engine of createEngine; give the very object that it gave',
    );
  return inside;
}
