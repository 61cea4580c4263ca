import { exitCodes } from '../exit-codes.ts';
import { lookAtRuns, runIdOf } from '../open-runs.ts';
import { explanationLines } from '../report/explanation.ts';
import type { Terminal } from '../terminal.ts';
import type { WorkPlace } from '../use-store.ts';

/** Options of `engine why`. */
export interface WhyOptions extends WorkPlace {
  readonly json?: boolean;
}

/** Says why a step of a run went as it did; only reads. */
export async function why(
  word: string,
  step: string,
  options: WhyOptions,
  { out, err }: Terminal,
): Promise<number> {
  const explanation = await lookAtRuns(options, { out, err }, async (runs) =>
    runs.why(await runIdOf(runs, word), step),
  );
  if (options.json === true) out.line(JSON.stringify(explanation, null, 2));
  else for (const line of explanationLines(explanation, out.colors)) out.line(line);
  return exitCodes.ok;
}
