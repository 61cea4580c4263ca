import type { Approval } from '../../api.ts';
import { projectOption } from '../report/project-option.ts';

/** The command that answers what a step asks, at a server or in the store of a project. */
export function howToAnswer(
  question: Approval,
  { project, server }: { readonly project: string; readonly server?: string },
): string {
  const { step, kind, form } = question;
  const verb = kind === 'ask' ? 'answer' : 'approve|reject';
  const data = form === undefined || kind === 'tool' ? '' : " --data '<json>'";
  const place = server === undefined ? projectOption(project) : ` --server ${server}`;
  return `engine ${verb} ${askerOf(question)} ${/^[\w./-]+$/.test(step) ? step : `'${step}'`}${data}${place}`;
}

/** The run or submission that asks. */
export function askerOf({ id, step }: Approval): string {
  return id.slice(0, -step.length - 1);
}
