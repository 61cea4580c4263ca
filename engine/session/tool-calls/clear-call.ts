import { formatDuration } from '../../core/duration.ts';
import type { EventScope, NewEvent } from '../../core/event.ts';
import { isObject, type Json, type JsonObject, type JsonSchema } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { answerKey, type ApprovalRequest } from '../../ports/approval-request.ts';
import type { Received } from '../../ports/durable.ts';
import { answerTopic } from '../../ports/topics.ts';
import type { Permissions } from '../../program/permissions.ts';
import type { ToolKind } from '../../program/tool-kinds.ts';
import { settledKey, type People } from './people.ts';
import type { Place } from './main-argument.ts';
import { permit } from './permit.ts';
import type { SessionPorts } from '../ports.ts';

/** A tool call that is about to be made. */
export interface PendingCall {
  readonly tool: string;
  /** What calls of the tool are like. */
  readonly kinds: readonly ToolKind[];
  readonly input: Json;
  readonly schema: JsonSchema;
  /** Rules of the tool, then those of who calls. */
  readonly rules: readonly Permissions[];
  readonly place: Place;
  readonly callKey: string;
  /** Who wants to make it: `agent "clerk"`. */
  readonly who: string;
  readonly agent?: string;
}

/** What a rejection may say, and what an approval may. */
const form: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: { reason: { type: 'string' } },
};

/**
 * Resolves when a call may be made: no rule asks or refuses, or a person approved it. Question and answer are records of the
 * execution, so that after a crash nobody is asked twice and what was approved is made. Throws Problem `forbidden`, whose message
 * the model is told, when a rule refuses the call, a person does, or nobody answers in time.
 */
export async function clearCall(
  ports: Pick<SessionPorts, 'clock' | 'redact'>,
  call: PendingCall,
  around: {
    readonly people: People | undefined;
    readonly signal: AbortSignal;
    readonly scope: EventScope;
    emit(event: NewEvent): void;
  },
): Promise<void> {
  const { verdict, rule, timeoutMs } = permit(call.rules, call);
  if (verdict === 'allow') return;
  if (verdict === 'deny')
    throw forbidden(`the rule "${rule}" refuses this call, and it was not made; it is refused every time`);
  const { people, signal, scope, emit } = around;
  if (people === undefined)
    throw forbidden('this call needs the approval of a person, who cannot be asked here; it was not made');
  const key = people.key(call.callKey);
  await people.record(key, () => {
    const asked = ports.clock.now();
    const input = ports.redact.json(call.input);
    const request: ApprovalRequest = {
      kind: 'tool',
      step: people.place(call.callKey),
      title: `${call.who} wants to call "${call.tool}"`,
      message: null,
      details: ports.redact.text(JSON.stringify(input, null, 2)),
      approvers: [],
      requireDifferentApprover: false,
      form,
      requestedAt: new Date(asked).toISOString(),
      expiresAt: new Date(asked + timeoutMs).toISOString(),
      tool: { name: call.tool, input, rule: rule ?? null },
      ...(call.agent === undefined ? {} : { agent: call.agent }),
    };
    emit({ ...scope, type: 'approval_requested', data: request as unknown as JsonObject });
    return request as unknown as Json;
  });
  people.rest(true);
  let answer: Received | undefined;
  try {
    answer = await people.receive(answerKey(key), answerTopic(key), { timeoutMs, signal });
  } finally {
    people.rest(false);
  }
  const settled = settle(answer);
  // Behind this record the call has begun: it is not made again when it must not be.
  await people.record(settledKey(key), () => {
    emit({ ...scope, type: 'approval_resolved', data: settled });
    return settled;
  });
  const { decision, by, reason } = settled;
  if (decision === 'approved') return;
  if (decision === 'expired')
    throw forbidden(`nobody approved this call within ${formatDuration(timeoutMs)}; it was not made`);
  const why = reason === null || reason.trim() === '' ? 'without a reason' : `and says: ${reason}`;
  throw forbidden(`${by ?? 'a person'} rejected this call ${why}; it was not made`);
}

interface Settled {
  readonly [key: string]: Json;
  readonly decision: 'approved' | 'rejected' | 'expired';
  readonly by: string | null;
  readonly at: string | null;
  readonly reason: string | null;
}

function settle(answer: Received | undefined): Settled {
  if (answer === undefined) return { decision: 'expired', by: null, at: null, reason: null };
  const { decision, by, data } = isObject(answer.payload) ? answer.payload : {};
  const reason = isObject(data) ? data['reason'] : null;
  return {
    decision: decision === 'approved' ? 'approved' : 'rejected',
    by: typeof by === 'string' ? by : null,
    at: answer.at,
    reason: typeof reason === 'string' ? reason : null,
  };
}

function forbidden(message: string): Problem {
  return new Problem('forbidden', message);
}
