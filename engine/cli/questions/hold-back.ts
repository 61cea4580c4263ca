import type { EngineEvent } from '../../core/event.ts';

/** Shows events, but for the time in which somebody is asked something on the same screen. */
export function holdBack(show: (event: EngineEvent) => void): {
  show(event: EngineEvent): void;
  /** Holds back what comes, or shows what was held back. */
  hold(isHeld: boolean): void;
} {
  let held: EngineEvent[] | undefined;
  return {
    show(event) {
      if (held === undefined) show(event);
      else held.push(event);
    },
    hold(isHeld) {
      const before = held ?? [];
      held = isHeld ? [] : undefined;
      for (const event of before) show(event);
    },
  };
}
