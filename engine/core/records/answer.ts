import type { Json } from '../json.ts';
import type { Usage } from '../message.ts';
import type { TypedReport } from '../typed-report.ts';

/** What a prompt gives. */
export interface PromptResult<Output = Json> {
  readonly submissionId: string;
  readonly text: string;
  /** Typed result when a schema applies, else the text. */
  readonly output: Output;
  readonly usage: Usage;
  /** `provider/id` that answered. */
  readonly model: string;
  /** Model operations needed for the typed result, from 1. */
  readonly attempts: number;
  /** How the typed result came about; absent without a schema, and where the answer is that of an earlier call. */
  readonly typed?: TypedReport;
}

/** What a compaction did; `compacted` is false when there was nothing to leave out. */
export interface CompactResult {
  readonly submissionId: string;
  readonly compacted: boolean;
  readonly summary: string;
  readonly messagesBefore: number;
  readonly messagesAfter: number;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  readonly usage: Usage;
}
