import type { CallbackDetails, CallbackRecord, CallbackState } from '../core/records/callback.ts';

export type {
  CallbackAttempt,
  CallbackDetails,
  CallbackEvent,
  CallbackRecord,
  CallbackState,
} from '../core/records/callback.ts';

/** Which deliveries to list. */
export interface CallbackFilter {
  /** Only to this callback. */
  readonly callback?: string;
  readonly states?: readonly CallbackState[];
  /** 1 to 1000, default 100. */
  readonly limit?: number;
  /** Only those made before this one. */
  readonly before?: string;
}

/** What the callbacks of an engine told, and are to tell. */
export interface EngineCallbacks {
  /** Throws Problem `missing_secret` for a secret that is not set or cannot sign, `invalid_project` for an address that may not be called. */
  check(): void;
  /**
   * Deliveries, newest first. Throws Problem `invalid_request` for a `before` that is no delivery, and `not_found` for a callback that there
   * is not and that was never told anything.
   */
  list(filter?: CallbackFilter): Promise<readonly CallbackRecord[]>;
  /** Throws Problem `not_found`. */
  get(id: string): Promise<CallbackDetails>;
  /**
   * Delivers now what has ended or waits for another attempt, with the same id and body, and as many attempts as at first. Resolves
   * when that is on disk. Throws Problem `not_found` (also when the callback is not in the project any more), `conflict` while it is
   * being delivered.
   */
  redeliver(id: string): Promise<CallbackRecord>;
}
