import type { ApprovalAnswer } from '../../api.ts';
import type { Json } from '../../core/json.ts';
import { exitCodes } from '../exit-codes.ts';
import { actOnRuns, runIdOf } from '../open-runs.ts';
import { readJson } from '../read-input.ts';
import type { Terminal } from '../terminal.ts';
import type { WorkPlace } from '../use-store.ts';

/** Options of `approve`, `reject` and `answer`. */
export interface AnswerOptions extends WorkPlace {
  readonly data?: string;
  readonly by?: string;
  /** What the model is told of a decision on a call. */
  readonly reason?: string;
  readonly json?: boolean;
}

/** Gives the one answer to what a step of a run, or a tool call, asks. */
export async function answer(
  decision: ApprovalAnswer['decision'],
  word: string,
  step: string,
  options: AnswerOptions,
  terminal: Terminal,
): Promise<number> {
  const { by, reason, json } = options;
  const data = options.data === undefined ? reasonOf(reason) : await readJson(options.data, '--data');
  const runId = await actOnRuns(options, terminal, async (runs) => {
    const id = await runIdOf(runs, word);
    await runs.answer(id, step, {
      ...(decision === undefined ? {} : { decision }),
      ...(data === undefined ? {} : { data }),
      ...(by === undefined ? {} : { by }),
    });
    return id;
  });
  const what = decision ?? 'answered';
  const isRun = !runId.startsWith('sub_');
  const place = isRun ? { runId } : { submissionId: runId };
  if (json === true) terminal.out.line(JSON.stringify({ ...place, step, decision: what }, null, 2));
  else terminal.err.line(`${what}: ${isRun ? 'step' : 'call'} "${step}" of ${runId}`);
  return exitCodes.ok;
}

function reasonOf(reason: string | undefined): Json | undefined {
  return reason === undefined ? undefined : { reason };
}
