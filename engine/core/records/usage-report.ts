import type { Usage } from '../message.ts';

/** What the messages to one agent, or the runs of one workflow, used. */
export interface UsageLine {
  readonly kind: 'agent' | 'workflow';
  readonly name: string;
  /** Messages, or runs that no other run started. */
  readonly count: number;
  readonly usage: Usage;
}

/** What was used, by whom. */
export interface UsageReport {
  readonly total: Usage;
  /** The dearest first, then those with the most tokens. */
  readonly lines: readonly UsageLine[];
}
