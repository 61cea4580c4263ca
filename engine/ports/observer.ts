import type { EngineEvent } from '../core/event.ts';

/** Receives every event, live ones included. Contract: whatever it throws or rejects with is swallowed; it is not awaited. */
export type Observer = (event: EngineEvent) => void | Promise<void>;
