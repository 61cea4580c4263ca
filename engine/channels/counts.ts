import type { ChannelRecord, DropReason } from '../api/channels.ts';

/** What came to a channel since the engine started. */
export interface Counts {
  accepted: number;
  repeated: number;
  handshakes: number;
  readonly dropped: Record<DropReason, number>;
  refused: number;
  lastFailure?: NonNullable<ChannelRecord['lastFailure']>;
}

/** Nothing came yet. */
export function noCounts(): Counts {
  return {
    accepted: 0,
    repeated: 0,
    handshakes: 0,
    dropped: { own_message: 0, when: 0, failed: 0, other_body: 0 },
    refused: 0,
  };
}
