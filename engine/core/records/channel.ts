/**
 * Why a delivery reaches no agent: the bot's own message, `when`, something in it that the channel needs and is not there, or the id of
 * another one.
 */
export type DropReason = 'own_message' | 'when' | 'failed' | 'other_body';

/** A channel, and what came since the engine started. */
export interface ChannelRecord {
  readonly name: string;
  readonly description: string;
  readonly agent: string;
  readonly scheme: string;
  readonly accepted: number;
  /** Of the accepted ones, those that had been accepted before. */
  readonly repeated: number;
  readonly handshakes: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Not signed as they must be. */
  readonly refused: number;
  /** The last failure, for example a field that the channel reads and was not there. */
  readonly lastFailure?: { readonly at: string; readonly message: string };
}
