import { formatDuration } from '../../core/duration.ts';
import { isObject, type Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { Received } from '../../ports/durable.ts';
import { answerKey, type ApprovalRequest } from '../../ports/approval-request.ts';
import { answerTopic } from '../../ports/topics.ts';
import type { ApprovalStep, AskStep } from '../../program/step.ts';
import type { Frame } from '../frame.ts';
import { isoTime, now } from '../now.ts';
import { waitKey, type At, type Worked } from './work.ts';

/**
 * Asks for a decision and waits for it; the output is `{decision, by, at, data}`. Nobody decides in time: as `onTimeout` says.
 * Throws Problem `timeout` when that is `fail`.
 */
export async function runApproval(step: ApprovalStep, frame: Frame, at: At): Promise<Worked> {
  const received = await ask(step, frame, at, {
    kind: 'approval',
    details: step.details?.render(frame.scope) ?? null,
    approvers: step.approvers,
    requireDifferentApprover: step.requireDifferentApprover,
    form: step.form ?? null,
  });
  const output = received === undefined ? inTime(step, at) : decisionOf(received);
  return { output, answer: output };
}

/** Asks for an answer and waits for it; it is the output. Throws Problem `timeout` when nobody answers in time. */
export async function runAsk(step: AskStep, frame: Frame, at: At): Promise<Worked> {
  const received = await ask(step, frame, at, {
    kind: 'ask',
    details: null,
    approvers: [],
    requireDifferentApprover: false,
    form: step.form,
  });
  if (received === undefined) throw late(step, at, 'answered');
  const { by, data } = partsOf(received);
  return { output: data, answer: { decision: 'answered', by, at: received.at, data } };
}

/** Records what is asked, and waits for the answer. A bad answer never gets here: it is refused when it comes in. */
async function ask(
  step: ApprovalStep | AskStep,
  frame: Frame,
  at: At,
  what: Pick<ApprovalRequest, 'kind' | 'details' | 'approvers' | 'requireDifferentApprover' | 'form'>,
): Promise<Received | undefined> {
  const { context } = frame.run;
  const key = waitKey(frame, at, 'asked');
  const { timeoutMs } = step;
  await context.step(key, async () => {
    const asked = now(context);
    const request: ApprovalRequest = {
      ...what,
      step: at.path,
      title: step.title.render(frame.scope),
      message: step.message?.render(frame.scope) ?? null,
      requestedAt: isoTime(asked),
      expiresAt: timeoutMs === undefined ? null : isoTime(asked + timeoutMs),
    };
    const { step: _, ...data } = request;
    frame.events.approval(at.path, 'approval_requested', data);
    return request as unknown as Json;
  });
  return context.receive(answerKey(key), answerTopic(key), {
    signal: at.signal,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

interface Decision {
  readonly [key: string]: Json;
  readonly decision: string;
  readonly by: string | null;
  readonly at: string | null;
  readonly data: Json;
}

function decisionOf(received: Received): Decision {
  const { payload, at } = received;
  const rejected = isObject(payload) && payload['decision'] === 'rejected';
  return { decision: rejected ? 'rejected' : 'approved', ...partsOf(received), at };
}

function partsOf({ payload }: Received): { readonly by: string | null; readonly data: Json } {
  const { by, data = null } = isObject(payload) ? payload : {};
  return { by: typeof by === 'string' ? by : null, data };
}

/** What the step decides itself when nobody did. */
function inTime(step: ApprovalStep, at: At): Decision {
  const decisions = { expire: 'expired', approve: 'approved', reject: 'rejected', fail: undefined };
  const decision = decisions[step.onTimeout];
  if (decision === undefined) throw late(step, at, 'decided');
  return { decision, by: null, at: null, data: null };
}

function late({ timeoutMs = 0 }: ApprovalStep | AskStep, { path }: At, verb: string): Problem {
  const message = `step "${path}": nobody ${verb} within ${formatDuration(timeoutMs)}`;
  return new Problem('timeout', message, { details: { timeoutMs } });
}
