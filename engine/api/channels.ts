import type { Json } from '../core/json.ts';
import type { DropReason, ChannelRecord } from '../core/records/channel.ts';

export type { DropReason, ChannelRecord } from '../core/records/channel.ts';

/** A webhook as it came, for servers of one's own. */
export interface Delivery {
  /** As Node or `fetch` has them; a header that came twice as a list, where that is known. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The bytes that came, which are what is signed. */
  readonly body: Uint8Array;
  /** Without the `?`; default none. */
  readonly query?: string;
}

/** What became of a delivery, and what its sender is to be answered. */
export interface DeliveryAnswer {
  /** Always 2xx. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A text is sent as it is, anything else as JSON; undefined: nothing. */
  readonly body: Json | undefined;
  readonly outcome: DeliveryOutcome;
}

/** `handshake`: answered, and no work made of it. */
export type DeliveryOutcome =
  | { readonly kind: 'accepted'; readonly submissionId: string; readonly isRepeated: boolean }
  | { readonly kind: 'handshake' }
  | { readonly kind: 'dropped'; readonly reason: DropReason };

/** The channels of an engine. */
export interface EngineChannels {
  list(): readonly ChannelRecord[];
  /** Throws Problem `missing_secret` for a channel whose secret is not set, or cannot be what it must be. */
  check(): void;
  /**
   * Takes a delivery: verified first, and accepted once it is on disk. Throws Problem `not_found`, `unauthorized`, `invalid_json`, and
   * what may pass when it is sent again, such as `store_unavailable`, `session_busy`, `shutting_down`.
   */
  receive(channel: string, delivery: Delivery): Promise<DeliveryAnswer>;
}
