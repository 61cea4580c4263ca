import type { Problem } from '../../core/problem.ts';

/** Places of which only so many can be held at a time. */
export interface Slots {
  /** Takes one, and gives what lets go of it, once, however often it is called. Throws the refusal when all are held. */
  take(): () => void;
  /** Throws the refusal when all are held. */
  check(): void;
  /** How many are held. */
  readonly held: number;
}

/** So many slots; undefined: no bound. */
export function createSlots(most: number | undefined, refusal: () => Problem): Slots {
  let held = 0;
  const check = (): void => {
    if (most !== undefined && held >= most) throw refusal();
  };
  return {
    check,
    take() {
      check();
      held += 1;
      let isHeld = true;
      return () => {
        if (isHeld) held -= 1;
        isHeld = false;
      };
    },
    get held() {
      return held;
    },
  };
}
