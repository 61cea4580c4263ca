import {
  constantValue,
  dyn,
  literalOf,
  nullType,
  recordOf,
  string,
  typeFromSchema,
  unionOf,
  type Type,
} from '../expr/index.ts';
import type { JsonSchema } from '../core/json.ts';
import type { ApprovalStep, WaitStep } from '../program/step.ts';
import type { LinkedStep } from './link-steps.ts';
import { durationOf, textsOf } from './scalars.ts';
import { neededText, outputOf, textAt, textValueAt, type AtStep } from './step-parts.ts';
import { schemaType } from './step-types.ts';

/** How long people and events are waited for by default: 7 days. */
const patienceMs = 7 * 24 * 60 * 60_000;

/** `approval`: a person decides. */
export function linkApproval(at: AtStep): LinkedStep {
  const approval = at.node.get('approval');
  const form = approval.get('form').object();
  const data: Type = form === undefined ? nullType : unionOf([typeFromSchema(form), missing]);
  const onTimeout = approval.get('onTimeout').text();
  const step: ApprovalStep = {
    ...at.base,
    timeoutMs: durationOf(approval.get('timeout')) ?? patienceMs,
    verb: 'approval',
    title: neededText(at, approval.get('title')),
    message: textAt(at, approval.get('message')),
    details: textAt(at, approval.get('details')),
    approvers: textsOf(approval.get('approvers')),
    requireDifferentApprover: approval.get('requireDifferentApprover').flag() ?? false,
    form,
    onTimeout:
      onTimeout === 'approve' || onTimeout === 'reject' || onTimeout === 'fail' ? onTimeout : 'expire',
  };
  return {
    step,
    output: recordOf({
      decision: literalOf('approved', 'rejected', 'expired'),
      by: unionOf([string, missing]),
      at: unionOf([string, missing]),
      data,
    }),
  };
}

/** `ask`: a person answers. */
export function linkAsk(at: AtStep): LinkedStep {
  const ask = at.node.get('ask');
  const form = ask.get('form').object() ?? oneText;
  return {
    output: typeFromSchema(form),
    step: {
      ...at.base,
      timeoutMs: durationOf(ask.get('timeout')) ?? patienceMs,
      verb: 'ask',
      title: neededText(at, ask.get('title')),
      message: textAt(at, ask.get('message')),
      form,
    },
  };
}

/** `wait`: for a length of time, a moment, or an event. */
export function linkWait(at: AtStep): LinkedStep {
  const wait = at.node.get('wait');
  const event = wait.get('event');
  if (event.value !== undefined) {
    const step: WaitStep = {
      ...at.base,
      timeoutMs: durationOf(wait.get('timeout')) ?? patienceMs,
      verb: 'wait',
      wait: { event: neededText(at, event) },
    };
    return { output: schemaType(at.base.outputSchema, dyn), step };
  }
  const output = outputOf(at, 'a wait for a time', nullType);
  const until = wait.get('until');
  if (until.value !== undefined) {
    const text = until.text();
    if (text !== undefined && !text.includes('${{') && !isMoment(text)) {
      const message = `must be a date and time with offset, got "${text}"; for example "2030-01-01T08:00:00Z"`;
      at.linker.reporter.report(until, 'schema/bad-format', message);
    }
    const moment = textValueAt(at, until, '"until"', string) ?? constantValue('');
    return { output, step: { ...at.base, verb: 'wait', wait: { until: moment } } };
  }
  const duration = textValueAt(at, wait.get('duration'), '"duration"', string) ?? constantValue('0s');
  return { output, step: { ...at.base, verb: 'wait', wait: { duration } } };
}

/** Null only when nobody decided in time, which the decision tells. */
const missing: Type = { ...nullType, soft: true };

const oneText: JsonSchema = {
  type: 'object',
  required: ['text'],
  additionalProperties: false,
  properties: { text: { type: 'string' } },
};

function isMoment(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  );
}
