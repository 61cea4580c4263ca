import type { Approval } from '../../api.ts';
import { projectOption } from '../report/project-option.ts';

/** The command that answers what a step asks, at a server or in the store of a project. */
export function howToAnswer(
  { runId, step, kind, form }: Approval,
  { project, server }: { readonly project: string; readonly server?: string },
): string {
  const verb = kind === 'ask' ? 'answer' : 'approve|reject';
  const data = form === undefined ? '' : " --data '<json>'";
  const place = server === undefined ? projectOption(project) : ` --server ${server}`;
  return `engine ${verb} ${runId} ${/^[\w./-]+$/.test(step) ? step : `'${step}'`}${data}${place}`;
}
