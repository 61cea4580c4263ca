import type { Approval } from '../../api.ts';
import { exitCodes } from '../exit-codes.ts';
import { lookAtRuns, runIdOf } from '../open-runs.ts';
import { table } from '../report/table.ts';
import { printable, type Terminal } from '../terminal.ts';
import type { WorkPlace } from '../use-store.ts';

/** Options of `engine approvals`. */
export interface ApprovalsOptions extends WorkPlace {
  readonly workflow?: string;
  readonly run?: string;
  readonly agent?: string;
  readonly submission?: string;
  readonly limit: number;
  readonly json?: boolean;
}

/** Lists what people are asked; only reads, so that it works beside a running server. */
export async function approvals(options: ApprovalsOptions, terminal: Terminal): Promise<number> {
  const { workflow, run, agent, submission, limit, json } = options;
  const found = await lookAtRuns(options, terminal, async (runs) =>
    runs.asked({
      limit,
      ...(workflow === undefined ? {} : { workflow }),
      ...(agent === undefined ? {} : { agent }),
      ...(submission === undefined ? {} : { submissionId: submission }),
      ...(run === undefined ? {} : { runId: await runIdOf(runs, run) }),
    }),
  );
  const { out, err } = terminal;
  if (json === true) out.line(JSON.stringify({ approvals: found }, null, 2));
  else if (found.length === 0) err.line('nothing waits for an answer');
  else out.line(table([['RUN', 'STEP', 'KIND', 'TITLE', 'UNTIL'], ...found.map(rowOf)]));
  return exitCodes.ok;
}

function rowOf({ runId, submissionId = '', step, kind, title, expiresAt = '' }: Approval): string[] {
  return [runId ?? submissionId, step, kind, printable(title), expiresAt];
}
