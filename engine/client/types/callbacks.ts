import type { CallbackDetails, CallbackRecord, CallbackState } from '../../core/records/callback.ts';
import type { CallOptions, NewestOptions, Page } from './options.ts';

/** Which deliveries to list. */
export interface CallbackFilter extends NewestOptions {
  /** Only to this callback. */
  readonly callback?: string;
  readonly state?: CallbackState | readonly CallbackState[];
}

/** What was told to other services when work ended, and is to be told. Needs the scope `admin`. */
export interface ClientCallbacks {
  /** A page of deliveries, newest first. */
  list(filter?: CallbackFilter, options?: CallOptions): Promise<Page<'callbacks', CallbackRecord>>;
  /** All of them, newest first. */
  all(
    filter?: Omit<CallbackFilter, 'before' | 'limit'>,
    options?: CallOptions,
  ): AsyncIterable<CallbackRecord>;
  /** Throws Problem `not_found`. */
  get(id: string, options?: CallOptions): Promise<CallbackDetails>;
  /** Delivers once more, with the same id. Throws Problem `not_found`, `conflict` while it is being delivered. */
  redeliver(id: string, options?: CallOptions): Promise<CallbackRecord>;
}
