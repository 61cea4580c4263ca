import type { ApprovalAnswer } from '../../api.ts';
import { atRuns, type RunsPlace } from '../at-runs.ts';
import { exitCodes } from '../exit-codes.ts';
import { readJson } from '../read-input.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `engine approve`, `engine reject` and `engine answer`. */
export interface AnswerOptions extends RunsPlace {
  readonly data?: string;
  readonly by?: string;
  readonly json?: boolean;
}

/** Gives the one answer to what a step of a run asks. */
export async function answer(
  decision: ApprovalAnswer['decision'],
  runId: string,
  step: string,
  options: AnswerOptions,
  terminal: Terminal,
): Promise<number> {
  const { by, json } = options;
  const data = options.data === undefined ? undefined : await readJson(options.data, '--data');
  await atRuns(options, terminal, 'write', (runs) =>
    runs.approvals.resolve(runId, step, {
      ...(decision === undefined ? {} : { decision }),
      ...(data === undefined ? {} : { data }),
      ...(by === undefined ? {} : { by }),
    }),
  );
  const what = decision ?? 'answered';
  if (json === true) terminal.out.line(JSON.stringify({ runId, step, decision: what }, null, 2));
  else terminal.err.line(`${what}: step "${step}" of ${runId}`);
  return exitCodes.ok;
}
