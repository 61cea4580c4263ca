import { resolve } from 'node:path';
import { openSqliteStore } from '../../adapters/store/sqlite.ts';
import { againstRuns, type Reason, type RunAgainst } from '../../runs/against-runs.ts';
import { analyze } from '../../compile.ts';
import { exitCodes } from '../exit-codes.ts';
import { codeFrames } from '../report/codeframe.ts';
import { count } from '../report/summary.ts';
import { table } from '../report/table.ts';
import { printable, type Terminal } from '../terminal.ts';

/**
 * Says for each unfinished run of a project's store what the specs as they are mean for it. Only reads, so that it works beside a
 * running server. Exit code 1 when a run would be lost, and when the project has errors.
 */
export async function validateAgainstRuns(
  folder: string,
  { json = false }: { readonly json?: boolean },
  { out, err }: Terminal,
): Promise<number> {
  const analysis = await analyze(folder);
  const { program, diagnostics } = analysis;
  if (program === undefined) {
    const errors = diagnostics.filter(({ level }) => level === 'error');
    err.line(await codeFrames(errors, { project: resolve(folder), colors: err.colors }));
    return exitCodes.failed;
  }
  if (program.settings.store.type === 'memory') {
    err.line('runs are kept in memory (store.type in engine.yaml); there are none to look at');
    return exitCodes.ok;
  }
  const store = await openSqliteStore({ path: program.settings.store.path, readOnly: true });
  try {
    const runs = await againstRuns(resolve(folder), { ...analysis, program }, store);
    const ok = !runs.some(({ verdict }) => verdict === 'lost');
    if (json) out.line(JSON.stringify({ ok, runs }, null, 2));
    else if (runs.length === 0) out.line('no unfinished runs');
    else {
      out.line(table([['RUN', 'STATE', 'VERDICT', 'WHY'], ...runs.flatMap(rowsOf)]));
      err.line(summaryOf(runs));
    }
    return ok ? exitCodes.ok : exitCodes.failed;
  } finally {
    await store.close();
  }
}

const meanings: Readonly<Record<RunAgainst['verdict'], string>> = {
  current: 'its specs have not changed',
  safe: 'could go on with the new specs; ends on its own',
  mapping: 'ends on its own specs',
  stays: 'ends on its own specs',
  lost: 'will fail',
};

function rowsOf({ runId, state, verdict, reasons }: RunAgainst): string[][] {
  return [
    [runId, state, verdict, meanings[verdict]],
    ...reasons.map((reason) => ['', '', '', `- ${printable(textOf(reason))}`]),
  ];
}

function textOf({ message, file, line }: Reason): string {
  return file === undefined ? message : `${message} (${file}:${line ?? 1})`;
}

function summaryOf(runs: readonly RunAgainst[]): string {
  const verdicts = ['current', 'safe', 'mapping', 'stays', 'lost'] as const;
  const parts = verdicts.flatMap((verdict) => {
    const number = runs.filter((run) => run.verdict === verdict).length;
    return number === 0 ? [] : [`${number} ${verdict}`];
  });
  return `${count(runs.length, 'unfinished run')}: ${parts.join(', ')}`;
}
