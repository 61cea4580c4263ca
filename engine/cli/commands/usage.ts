import type { Usage } from '../../core/message.ts';
import { usageReport } from '../../upkeep/usage-report.ts';
import { exitCodes } from '../exit-codes.ts';
import { table } from '../report/table.ts';
import type { Terminal } from '../terminal.ts';
import { usdText } from '../usage-text.ts';
import { lookAtStore } from '../use-store.ts';

/** Options of `engine usage`. */
export interface UsageOptions {
  readonly project: string;
  /** Milliseconds: only work admitted within them. */
  readonly since?: number;
  readonly json?: boolean;
}

/** Says what the work in the store of a project used, by agent and workflow; only reads, so that it works beside a running server. */
export async function usage({ project, since, json }: UsageOptions, terminal: Terminal): Promise<number> {
  const { out, err } = terminal;
  const report = await lookAtStore(project, undefined, terminal, (engine) =>
    usageReport(engine, since === undefined ? {} : { since: Date.now() - since }),
  );
  const { lines, total } = report;
  if (json === true) out.line(JSON.stringify(report, null, 2));
  else if (lines.length === 0) err.line('nothing has run yet');
  else {
    const rows = lines.map(({ kind, name, count, usage }) => [kind, name, `${count}`, ...cellsOf(usage)]);
    out.line(table([head, ...rows, ['all', '', '', ...cellsOf(total)]]));
  }
  return exitCodes.ok;
}

const head = ['KIND', 'NAME', 'TIMES', 'INPUT', 'CACHED', 'OUTPUT', 'COST', 'UNPRICED CALLS'];

function cellsOf({
  inputTokens,
  cacheReadTokens,
  outputTokens,
  costUsd,
  unpricedCalls = 0,
}: Usage): readonly string[] {
  const cost = costUsd === undefined ? '' : usdText(costUsd);
  const unpriced = unpricedCalls === 0 ? '' : `${unpricedCalls}`;
  return [`${inputTokens}`, `${cacheReadTokens}`, `${outputTokens}`, cost, unpriced];
}
