import { isObject, type Json, type JsonSchema } from '../core/json.ts';

/** What a step, or a tool call of a model, asks a person, as it is recorded when it asks. */
export interface ApprovalRequest {
  /** `approval` wants a decision, `ask` an answer; `tool` is a call that a model wants to make. */
  readonly kind: 'approval' | 'ask' | 'tool';
  /** Path of the step with iteration indexes; behind it, or alone in a submission, the id of the tool call. */
  readonly step: string;
  /** The call, and the rule that it needs approval by; null: no rule allows it. */
  readonly tool?: { readonly name: string; readonly input: Json; readonly rule: string | null };
  /** The agent whose model wants to make the call. */
  readonly agent?: string;
  readonly title: string;
  readonly message: string | null;
  readonly details: string | null;
  /** Names of callers, or `role:<name>`; empty: everybody. */
  readonly approvers: readonly string[];
  readonly requireDifferentApprover: boolean;
  /** Shape of the answer, or of the data that come with a decision. */
  readonly form: JsonSchema | null;
  /** ISO time. */
  readonly requestedAt: string;
  /** ISO time; null: it waits for ever. */
  readonly expiresAt: string | null;
}

/** A request, the key of its record, and whether its step still waits for the answer. */
export interface KnownRequest {
  readonly key: string;
  readonly request: ApprovalRequest;
  readonly isOpen: boolean;
}

/** Key of the record of an answer, from that of the request. */
export function answerKey(requestKey: string): string {
  return `${requestKey}!`;
}

/** What a run has asked people so far, in the order of its records. */
export function requestsIn(records: ReadonlyMap<string, Json>): readonly KnownRequest[] {
  const found: KnownRequest[] = [];
  for (const [key, record] of records) {
    if (!key.includes('?asked') || !isObject(record) || !('requestedAt' in record)) continue;
    const request = record as unknown as ApprovalRequest;
    found.push({ key, request, isOpen: !records.has(answerKey(key)) });
  }
  return found;
}
