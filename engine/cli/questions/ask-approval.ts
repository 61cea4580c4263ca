import { note, select, text } from '@clack/prompts';
import type { Approval, ApprovalAnswer } from '../../api.ts';
import { printable } from '../terminal.ts';
import { askForm, type Asked } from './ask-form.ts';
import { given } from './given.ts';

/** Asks a person what a step, or a tool call of a model, asks. Throws `givenUp`. */
export async function askApproval(approval: Approval, person: Asked): Promise<ApprovalAnswer> {
  const { kind, title, message, details, form, approvers, requireDifferentApprover } = approval;
  const more = [message, details].filter((part) => part !== undefined).join('\n\n');
  if (more !== '') note(printable(more), printable(title), person);
  const decision = kind === 'ask' ? undefined : await askDecision(printable(title), person);
  // Who approves need not fill in why a call is made, and who rejects need not fill in what a step wants.
  const isFilledIn = form !== undefined && decision !== (kind === 'tool' ? 'approved' : 'rejected');
  if (kind === 'ask' && more === '') note(printable(title), undefined, person);
  const data = isFilledIn ? await askForm(form, person) : undefined;
  const mustSay = approvers.length > 0 || requireDifferentApprover;
  const by = mustSay ? given(await text({ ...person, message: 'Who are you?' })) : undefined;
  return {
    ...(decision === undefined ? {} : { decision }),
    ...(data === undefined ? {} : { data }),
    ...(by === undefined || by === '' ? {} : { by }),
  };
}

async function askDecision(message: string, person: Asked): Promise<'approved' | 'rejected'> {
  const options = [
    { value: 'approved' as const, label: 'approve' },
    { value: 'rejected' as const, label: 'reject' },
  ];
  return given(await select({ ...person, message, options }));
}
